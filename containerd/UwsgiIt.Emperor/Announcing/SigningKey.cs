using System.Security.Cryptography;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Emperor.Announcing;

/// <summary>
/// The customer's key, ready to sign. Making one loads OpenSSL, and makes it do all it does only once: call it while the root is the host's,
/// never after pivot_root, or the library would come from the customer's root.
/// </summary>
internal static class SigningKey
{
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
