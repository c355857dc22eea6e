namespace UwsgiIt.Comparison.Planning;

internal enum CertificateKey
{
    /// <summary>P-256.</summary>
    Ecdsa = 0,

    /// <summary>2048 bits.</summary>
    Rsa,
}
