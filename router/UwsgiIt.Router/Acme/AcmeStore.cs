using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace UwsgiIt.Router.Acme;

/// <summary>
/// The folder of accounts, certificates, what is known of each name, answers to challenges, and locks. Several routers may share it: every
/// file is written whole or not at all, and who works on a name holds its lock.
/// </summary>
internal sealed class AcmeStore(IOptions<AcmeOptions> options)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateFolder = Private | UnixFileMode.UserExecute;
    private const int MaxFileBytes = 256 * 1024;

    private string Root => options.Value.Store;

    /// <summary>Key and chain in one file, so that a reader sees either the old pair or the new.</summary>
    public string CertificateFile(string name) => Path.Combine(Root, "certificates", FileName(name) + ".pem");

    /// <summary>The file of a name that anybody may ask for, or null when there is none.</summary>
    public string? FindCertificateFile(string name) =>
        options.Value.IsOn && IsFileName(name) && CertificateFile(name.ToLowerInvariant()) is { } file && File.Exists(file) ? file : null;

    public void Prepare()
    {
        foreach (var folder in new[] { "", "certificates", "names", "challenges", "locks" })
        {
            Directory.CreateDirectory(Path.Combine(Root, folder), PrivateFolder);
        }
    }

    /// <summary>The lock of a name, or null while somebody else has it, in this process or another (flock). Released by disposing.</summary>
    public IDisposable? TryLock(string name)
    {
        try
        {
            return new FileStream(Path.Combine(Root, "locks", FileName(name)), new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = Private });
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The account's key, made when there is none. To be called under the lock of the account.</summary>
    public ECDsa LoadAccountKey()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (Read(Path.Combine(Root, "account.key")) is { } pem)
        {
            key.ImportFromPem(pem);
        }
        else
        {
            Write(Path.Combine(Root, "account.key"), key.ExportPkcs8PrivateKeyPem());
        }

        return key;
    }

    /// <summary>The account's URL at an authority, or null.</summary>
    public string? LoadAccount(string authority) => Read(Path.Combine(Root, "account.json")) is { } text && JsonSerializer.Deserialize<AccountFile>(text) is { } file && file.Authority == authority ? file.Account : null;

    public void SaveAccount(string authority, string account) => Write(Path.Combine(Root, "account.json"), JsonSerializer.Serialize(new AccountFile(authority, account)));

    public AcmeNameState LoadState(string name)
    {
        try
        {
            return Read(Path.Combine(Root, "names", FileName(name) + ".json")) is { } text ? JsonSerializer.Deserialize<AcmeNameState>(text) ?? new AcmeNameState() : new AcmeNameState();
        }
        catch (JsonException)
        {
            // Of a damaged one only the pace is lost.
            return new AcmeNameState();
        }
    }

    public void SaveState(string name, AcmeNameState state) => Write(Path.Combine(Root, "names", FileName(name) + ".json"), JsonSerializer.Serialize(state));

    public string? LoadCertificate(string name) => Read(CertificateFile(name));

    public void SaveCertificate(string name, string keyPem, string chainPem) => Write(CertificateFile(name), $"{keyPem.TrimEnd()}\n{chainPem.TrimEnd()}\n");

    /// <summary>The answer to a challenge, put there by whichever router works on the order.</summary>
    public string? LoadChallenge(string key) => Read(Path.Combine(Root, "challenges", FileName(key)));

    public void SaveChallenge(string key, string answer) => Write(Path.Combine(Root, "challenges", FileName(key)), answer);

    public void DeleteChallenge(string key) => File.Delete(Path.Combine(Root, "challenges", FileName(key)));

    /// <summary>A wildcard's star is no part of a file name, and nothing that is not one gets through.</summary>
    private static string FileName(string name) => IsFileName(name) ? name.TrimStart('*') : throw new ArgumentException("Not a name of ours.", nameof(name));

    private static bool IsFileName(string name) => name.Length is > 0 and <= 300 && name.All(static value => char.IsAsciiLetterOrDigit(value) || value is '.' or '-' or '_' or '*') && name is not "." and not "..";

    private static string? Read(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: <= MaxFileBytes } ? File.ReadAllText(path) : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static void Write(string path, string text)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Private }))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private sealed record AccountFile(string Authority, string Account);
}
