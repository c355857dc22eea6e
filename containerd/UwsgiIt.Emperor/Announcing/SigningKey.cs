using System.Security.Cryptography;
using System.Text;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux.Processes;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Emperor.Announcing;

/// <summary>
/// The customer's key, ready to sign. Making one loads OpenSSL, and makes it do all it does only once: call it while the root is the host's,
/// never after pivot_root, or the library would come from the customer's root.
/// </summary>
internal static class SigningKey
{
    private const int MaxFileBytes = 16 * 1024;

    /// <summary>For the Emperor by hand, whose root never changes: the key file of the settings, read as the customer. Null when they name none.</summary>
    public static SubscriptionSigner? PrepareFrom(SupervisorSettings settings, out string? fault)
    {
        fault = null;
        if (settings.SubscriptionKeyFile is not { } file)
        {
            return null;
        }

        using var customer = ActingAs.User(settings.Uid, settings.Gid);
        if (CustomerFile.TryRead(file, MaxFileBytes, out var pem))
        {
            return Prepare(Encoding.ASCII.GetString(pem), out fault);
        }

        fault = $"{file} cannot be read by the customer";
        return null;
    }

    /// <summary>Reads the key; null, with a sentence, when it is none. The sentence has nothing of the key in it.</summary>
    public static SubscriptionSigner? Prepare(string pem, out string? fault)
    {
        fault = null;
        try
        {
            var signer = SubscriptionSigner.FromPem(pem, HashAlgorithmName.SHA256);
            _ = signer.Sign("warm"u8);
            return signer;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or TypeInitializationException or DllNotFoundException)
        {
            fault = $"the customer's key cannot sign: {e.Message}";
            return null;
        }
    }
}
