using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using NSec.Cryptography;

namespace UwsgiIt.Api.Authentication;

/// <summary>Hashes and verifies passwords: Argon2id for ours, PBKDF2 for what an import brought.</summary>
internal sealed class Passwords(IOptions<AuthenticationOptions> options) : IDisposable
{
    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private const string LegacyPrefix = "pbkdf2_sha256$";

    // Above this an imported hash would be a way to keep us busy.
    private const int MaxLegacyIterations = 10_000_000;
    private readonly SemaphoreSlim _slots = new(options.Value.ArgonParallel);

    public async Task<string> HashAsync(string password, CancellationToken cancellationToken)
    {
        var (memory, passes) = (options.Value.ArgonMemoryKiB, options.Value.ArgonPasses);
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = await ComputeAsync(() => Argon(password, salt, memory, passes), cancellationToken);
        return $"$argon2id$v=19$m={memory},t={passes},p=1${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}";
    }

    /// <summary>False for a malformed hash too: such a login is locked.</summary>
    public async Task<bool> VerifyAsync(string password, string stored, CancellationToken cancellationToken)
    {
        try
        {
            if (stored.StartsWith(LegacyPrefix, StringComparison.Ordinal))
            {
                return stored.Split('$') is [_, var count, var legacySalt, var legacyHash] && int.Parse(count, CultureInfo.InvariantCulture) is > 0 and <= MaxLegacyIterations and var iterations &&
                    Convert.FromBase64String(legacyHash) is var expected &&
                    AreEqual(expected, await ComputeAsync(() => Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), Encoding.UTF8.GetBytes(legacySalt), iterations, HashAlgorithmName.SHA256, expected.Length), cancellationToken));
            }

            return stored.Split('$') is ["", "argon2id", "v=19", var parameters, var salt, var hash] && TryReadParameters(parameters, out var memory, out var passes) &&
                AreEqual(Convert.FromBase64String(hash), await ComputeAsync(() => Argon(password, Convert.FromBase64String(salt), memory, passes), cancellationToken));
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>True when a hash was made with other parameters than today's.</summary>
    public bool NeedsRehash(string stored) => !stored.StartsWith($"$argon2id$v=19$m={options.Value.ArgonMemoryKiB},t={options.Value.ArgonPasses},p=1$", StringComparison.Ordinal);

    public void Dispose() => _slots.Dispose();

    private static bool AreEqual(byte[] expected, byte[] computed) => expected.Length > 0 && CryptographicOperations.FixedTimeEquals(expected, computed);

    private static byte[] Argon(string password, byte[] salt, int memory, int passes) =>
        PasswordBasedKeyDerivationAlgorithm.Argon2id(new Argon2Parameters { DegreeOfParallelism = 1, MemorySize = memory, NumberOfPasses = passes }).DeriveBytes(Encoding.UTF8.GetBytes(password), salt, HashBytes);

    private static bool TryReadParameters(string text, out int memory, out int passes)
    {
        (memory, passes) = (0, 0);
        return text.Split(',') is [var m, var t, "p=1"] && m.StartsWith("m=", StringComparison.Ordinal) && t.StartsWith("t=", StringComparison.Ordinal) &&
            int.TryParse(m.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out memory) && int.TryParse(t.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out passes) &&
            memory is >= 8 and <= 1_048_576 && passes is >= 1 and <= 100;
    }

    private async Task<byte[]> ComputeAsync(Func<byte[]> compute, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            return compute();
        }
        finally
        {
            _slots.Release();
        }
    }
}
