using System.Security.Cryptography;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Customers;

/// <summary>The key pair that signs a customer's announcements.</summary>
internal static class KeyPairs
{
    public const string Rsa = "rsa-2048";
    public const string P256 = "p-256";
    private const int RsaBits = 2048;

    /// <summary>Private PKCS#8 and public PEM. RSA takes a second at worst: make it before the transaction.</summary>
    public static (string Private, string Public) Make(string? kind)
    {
        switch (kind)
        {
            case null or "" or Rsa:
                using (var rsa = RSA.Create(RsaBits))
                {
                    return (rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportSubjectPublicKeyInfoPem());
                }

            case P256:
                using (var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                {
                    return (ec.ExportPkcs8PrivateKeyPem(), ec.ExportSubjectPublicKeyInfoPem());
                }

            default:
                throw Fault.Invalid("key_kind", $"is neither {Rsa} nor {P256}");
        }
    }
}
