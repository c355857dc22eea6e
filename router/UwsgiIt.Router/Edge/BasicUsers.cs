using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace UwsgiIt.Router.Edge;

/// <summary>
/// Users of a name with basic authentication: a file of lines <c>name:pbkdf2_sha256$iterations$salt$base64</c>. A password costs what it was
/// hashed with only once a minute; the cache holds keyed digests, not passwords.
/// </summary>
internal sealed class BasicUsers
{
    /// <summary>Without users: no credentials are good.</summary>
    public static readonly BasicUsers Nobody = new([]);

    private const int MaxCached = 10_000;
    private const int MaxCredentialsChars = 1024;
    private const long CachedMilliseconds = 60_000;

    private readonly byte[] _cacheKey = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, long> _verified = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Iterations, byte[] Salt, byte[] Hash)> _users;

    private BasicUsers(Dictionary<string, (int, byte[], byte[])> users) => _users = users;

    /// <summary>Reads the file; false with the line that is wrong.</summary>
    public static bool TryRead(string file, [NotNullWhen(true)] out BasicUsers? users, out string? problem)
    {
        users = null;
        problem = null;
        var read = new Dictionary<string, (int, byte[], byte[])>(StringComparer.Ordinal);
        try
        {
            var number = 0;
            foreach (var line in File.ReadLines(file))
            {
                number++;
                if (line.Length == 0 || line[0] == '#')
                {
                    continue;
                }

                if (!TryReadLine(line, read))
                {
                    problem = $"line {number} is not name:pbkdf2_sha256$iterations$salt$base64";
                    return false;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
            return false;
        }

        users = new BasicUsers(read);
        return true;
    }

    /// <summary>True for credentials that were good less than a minute ago.</summary>
    public bool IsKnown(string authorization) => authorization.Length <= MaxCredentialsChars && _verified.TryGetValue(Digest(authorization), out var until) && until > Environment.TickCount64;

    /// <summary>Checks an Authorization header. Costs as much as the hashes were made to: not for an event loop.</summary>
    public bool Verify(string authorization)
    {
        if (authorization.Length > MaxCredentialsChars || !authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        Span<byte> decoded = stackalloc byte[MaxCredentialsChars];
        if (!Convert.TryFromBase64Chars(authorization.AsSpan("Basic ".Length).Trim(), decoded, out var length))
        {
            return false;
        }

        var text = Encoding.UTF8.GetString(decoded[..length]);
        var colon = text.IndexOf(':', StringComparison.Ordinal);

        // An unknown name costs the same as a wrong password, so that the time tells nobody which names there are.
        var isUser = colon >= 0 && _users.TryGetValue(text[..colon], out _);
        var (iterations, salt, hash) = isUser ? _users[text[..colon]] : _users.Values.FirstOrDefault((100_000, new byte[16], new byte[32]));
        var computed = Rfc2898DeriveBytes.Pbkdf2(colon < 0 ? text : text[(colon + 1)..], salt, iterations, HashAlgorithmName.SHA256, hash.Length);
        if (!CryptographicOperations.FixedTimeEquals(computed, hash) || !isUser)
        {
            return false;
        }

        if (_verified.Count >= MaxCached)
        {
            _verified.Clear();
        }

        _verified[Digest(authorization)] = Environment.TickCount64 + CachedMilliseconds;
        return true;
    }

    private static bool TryReadLine(string line, Dictionary<string, (int, byte[], byte[])> users)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var parts = line[(colon + 1)..].Split('$');
        Span<byte> hash = stackalloc byte[64];
        if (colon <= 0 || parts is not ["pbkdf2_sha256", var count, var salt, var encoded] || !int.TryParse(count, out var iterations) || iterations is < 1000 or > 10_000_000
            || !Convert.TryFromBase64String(encoded, hash, out var length) || length < 16)
        {
            return false;
        }

        users[line[..colon]] = (iterations, Encoding.UTF8.GetBytes(salt), hash[..length].ToArray());
        return true;
    }

    private string Digest(string authorization) => Convert.ToBase64String(HMACSHA256.HashData(_cacheKey, Encoding.UTF8.GetBytes(authorization)));
}
