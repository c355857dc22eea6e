using System.Security.Cryptography;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Comparison.Announces;

/// <summary>The owner of all names here: one RSA key pair of the usual size, and the folder in which the router looks for its public half.</summary>
internal sealed class Customer : IDisposable
{
    private readonly string _privatePem;
    private readonly string _publicFile;
    private readonly SubscriptionSigner _signer;

    public Customer(string folder)
    {
        using var key = RSA.Create(2048);
        _privatePem = key.ExportPkcs8PrivateKeyPem();
        KeyFolder = Directory.CreateDirectory(Path.Combine(folder, "keys")).FullName;
        _publicFile = Path.Combine(folder, "customer.pem");
        File.WriteAllText(_publicFile, key.ExportSubjectPublicKeyInfoPem());
        _signer = SubscriptionSigner.FromPem(_privatePem, HashAlgorithmName.SHA256);
    }

    public string KeyFolder { get; }

    /// <summary>Puts the public key where the router looks for that of the name.</summary>
    public void Own(string name)
    {
        var file = Path.Combine(KeyFolder, PublicKey.FileName(name));
        if (!File.Exists(file))
        {
            File.CreateSymbolicLink(file, _publicFile);
        }
    }

    public byte[] Sign(SubscriptionPacket packet) => SubscriptionPacketWriter.Write(packet, _signer);

    /// <summary>Signs on all cores; it costs some half a millisecond each.</summary>
    public byte[][] SignAll(IReadOnlyList<SubscriptionPacket> packets)
    {
        var signed = new byte[packets.Count][];
        Parallel.For(0, packets.Count, () => SubscriptionSigner.FromPem(_privatePem, HashAlgorithmName.SHA256), (index, _, signer) =>
        {
            signed[index] = SubscriptionPacketWriter.Write(packets[index], signer);
            return signer;
        }, static signer => signer.Dispose());
        return signed;
    }

    public void Dispose() => _signer.Dispose();
}
