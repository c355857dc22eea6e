using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace UwsgiIt.Api.Storage;

/// <summary>Encrypts secrets at rest with XChaCha20-Poly1305. Without the key file a copy of the database gives none of them away.</summary>
internal sealed class Seal : IDisposable
{
    private const string Prefix = "s1:";
    private static readonly AeadAlgorithm Algorithm = AeadAlgorithm.XChaCha20Poly1305;
    private readonly Key _key;

    public Seal(ReadOnlySpan<byte> key) => _key = Key.Import(Algorithm, key, KeyBlobFormat.RawSymmetricKey);

    /// <summary>The key in this file, made with mode 0600 when there is none yet.</summary>
    public static Seal FromFile(string path)
    {
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var temporary = path + ".new";
            using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                file.Write(RandomNumberGenerator.GetBytes(Algorithm.KeySize));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path);
        }

        var bytes = File.ReadAllBytes(path);
        return bytes.Length == Algorithm.KeySize ? new Seal(bytes) : throw new InvalidDataException($"{path} holds {bytes.Length} bytes; a seal key has {Algorithm.KeySize}.");
    }

    public string Close(string text, string place)
    {
        Span<byte> nonce = stackalloc byte[Algorithm.NonceSize];
        RandomNumberGenerator.Fill(nonce);
        byte[] closed = [.. nonce, .. Algorithm.Encrypt(_key, nonce, Encoding.UTF8.GetBytes(place), Encoding.UTF8.GetBytes(text))];
        return Prefix + Base64Url.EncodeToString(closed);
    }

    public string Open(string text, string place)
    {
        if (text.StartsWith(Prefix, StringComparison.Ordinal) &&
            Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length)) is var closed && closed.Length > Algorithm.NonceSize &&
            Algorithm.Decrypt(_key, closed.AsSpan(0, Algorithm.NonceSize), Encoding.UTF8.GetBytes(place), closed.AsSpan(Algorithm.NonceSize)) is { } open)
        {
            return Encoding.UTF8.GetString(open);
        }

        throw new CryptographicException($"{place} does not open: the seal key is not the one it was closed with.");
    }

    public void Dispose() => _key.Dispose();
}
