namespace UwsgiIt.Router.Acme;

/// <summary>Keys of the certificates we order.</summary>
internal enum AcmeKeyKind
{
    P256 = 0,
    P384,
    Rsa2048,
}
