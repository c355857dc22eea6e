using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace UwsgiIt.Api.Authentication;

/// <summary>
/// Passwords verified lately, so that a client that sends one with every request costs one Argon2id a minute. The key is a keyed hash over the
/// password and the stored hash it was held against: when that changes, what was remembered is worth nothing. Lost with the process.
/// </summary>
internal sealed class VerifiedCredentials(IOptions<AuthenticationOptions> options, TimeProvider time)
{
    // Arbitrary: 100,000 logins a minute are not one machine's customers.
    private const int MaxEntries = 100_000;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, long> _until = new(StringComparer.Ordinal);

    public bool Contains(string password, string stored) => _until.TryGetValue(KeyOf(password, stored), out var until) && time.GetTimestamp() < until;

    public void Add(string password, string stored)
    {
        if (_until.Count >= MaxEntries)
        {
            _until.Clear();
        }

        _until[KeyOf(password, stored)] = time.GetTimestamp() + (long)(options.Value.VerifiedLifetime.TotalSeconds * time.TimestampFrequency);
    }

    private string KeyOf(string password, string stored) => Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{stored}\0{password}")));
}
