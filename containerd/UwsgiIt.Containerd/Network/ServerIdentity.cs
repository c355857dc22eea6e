using System.Text;
using NSec.Cryptography;

namespace UwsgiIt.Containerd.Network;

/// <summary>This server's long-term key for the tunnel: <c>network.key</c> in the state directory, its public half beside it as <c>network.pub</c>.</summary>
internal static class ServerIdentity
{
    private static readonly KeyAgreementAlgorithm Agreement = KeyAgreementAlgorithm.X25519;

    private static readonly Lock Making = new();

    /// <summary>The public key, 32 bytes in base64; made with the private one the first time.</summary>
    public static string Public(string stateDirectory)
    {
        ReadOrMake(stateDirectory);
        return File.ReadAllText(stateDirectory + "/network.pub").Trim();
    }

    /// <summary>The private key, 32 bytes in base64; made the first time. Throws <see cref="InvalidDataException"/> for a file that is none.</summary>
    public static string ReadOrMake(string stateDirectory)
    {
        lock (Making)
        {
            return ReadOrMakeOne(stateDirectory);
        }
    }

    private static string ReadOrMakeOne(string stateDirectory)
    {
        var path = stateDirectory + "/network.key";
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(stateDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using var key = Key.Create(Agreement, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
            Write(path, Convert.ToBase64String(key.Export(KeyBlobFormat.RawPrivateKey)), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var text = File.ReadAllText(path).Trim();
        var raw = new byte[32];
        if (!Convert.TryFromBase64String(text, raw, out var length) || !Key.TryImport(Agreement, raw.AsSpan(0, length), KeyBlobFormat.RawPrivateKey, out var own))
        {
            throw new InvalidDataException($"{path} is not 32 bytes in base64");
        }

        using (own)
        {
            Write(stateDirectory + "/network.pub", Convert.ToBase64String(own!.PublicKey.Export(KeyBlobFormat.RawPublicKey)), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        return text;
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
        {
            file.Write(Encoding.ASCII.GetBytes(text + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
