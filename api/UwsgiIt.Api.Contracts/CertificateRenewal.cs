using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace UwsgiIt.Api.Contracts;

/// <summary>
/// Renews a host's client certificate with the one it has. 1 nobody else is at it, 2 what a crash left half done, 3 is it due, 4 a new key on
/// disk, 5 the api signs it, 6 its certificate on disk, 7 both in place of the old. The api takes the old one until the new one was used,
/// so that a crash anywhere between loses nothing.
/// </summary>
/// <param name="options">Where the files are.</param>
/// <param name="keepOwner">Gives a new file, named first, the owner of the old one, named second; null leaves it to whoever runs this.</param>
/// <param name="time">Clock.</param>
public sealed class CertificateRenewal(HostClientOptions options, Action<string, string>? keepOwner, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    // Of a certificate's life: due with a third of it left, so that an api may be away for months. Ours.
    private const int DuePart = 3;
    private const string Fresh = ".new";

    /// <summary>Looks every hour until cancelled.</summary>
    /// <param name="renewed">Told the end of a new certificate.</param>
    /// <param name="failed">Told why a certificate that is due was not renewed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task KeepAsync(Action<DateTimeOffset> renewed, Action<Exception> failed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(renewed);
        ArgumentNullException.ThrowIfNull(failed);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                if (await RunAsync(cancellationToken).ConfigureAwait(false) is { } end)
                {
                    renewed(end);
                }
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // Whatever it was, there are months for it, and what the host has still works.
                failed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The end of the new certificate; null when none was due or another process is at it.</summary>
    /// <exception cref="HttpRequestException">The api is away, or does not want to.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not ours to write to.</exception>
    /// <exception cref="CryptographicException">A file is not what it should be.</exception>
    public async Task<DateTimeOffset?> RunAsync(CancellationToken cancellationToken)
    {
        if (!IsDue() && !File.Exists(options.Certificate + Fresh))
        {
            return null;
        }

        using var held = TryHold();
        if (held is null)
        {
            return null;
        }

        Finish();
        if (!IsDue())
        {
            return null;
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write(options.Key, key.ExportPkcs8PrivateKeyPem());
        var request = new CertificateRequest("CN=host", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        IssuedCertificate issued;
        using (var client = new HostClient(options))
        {
            issued = await client.RenewCertificateAsync(request, cancellationToken).ConfigureAwait(false);
        }

        Write(options.Certificate, issued.Certificate);
        Finish();
        return DateTimeOffset.FromUnixTimeSeconds(issued.NotAfter);
    }

    private bool IsDue()
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(options.Certificate);
        var (begin, end) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return time.GetUtcNow().UtcDateTime > end - ((end - begin) / DuePart);
    }

    /// <summary>The new pair in place of the old one. Between the two renames key and certificate are not of each other: who reads them then tries again.</summary>
    private void Finish()
    {
        if (!File.Exists(options.Certificate + Fresh))
        {
            return;
        }

        if (File.Exists(options.Key + Fresh) && AreOfEachOther(options.Certificate + Fresh, options.Key + Fresh))
        {
            File.Move(options.Key + Fresh, options.Key, overwrite: true);
        }

        if (AreOfEachOther(options.Certificate + Fresh, options.Key))
        {
            File.Move(options.Certificate + Fresh, options.Certificate, overwrite: true);
        }
        else
        {
            // Of a key that was never written whole, or was overwritten by hand since.
            File.Delete(options.Certificate + Fresh);
        }
    }

    private static bool AreOfEachOther(string certificate, string key)
    {
        try
        {
            using var pair = X509Certificate2.CreateFromPemFile(certificate, key);
            return pair.HasPrivateKey;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private FileStream? TryHold()
    {
        try
        {
            return new FileStream(options.Key + ".lock", new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        }
        catch (IOException) when (File.Exists(options.Key + ".lock"))
        {
            return null;
        }
    }

    private void Write(string path, string text)
    {
        File.Delete(path + Fresh);
        using (var file = new FileStream(path + Fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = File.GetUnixFileMode(path) & ~(UnixFileMode.GroupWrite | UnixFileMode.OtherWrite) }))
        {
            keepOwner?.Invoke(path + Fresh, path);
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }
    }
}
