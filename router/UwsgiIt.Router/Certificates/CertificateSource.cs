using UwsgiIt.Linux;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Certificates;

/// <summary>Where a binding's PEM texts come from, and whether they have changed since.</summary>
internal abstract class CertificateSource
{
    /// <summary>Reads the texts; false with the reason when one cannot be had.</summary>
    public abstract bool TryRead(out string certificate, out string key, out string? clientCa, out string problem);

    /// <summary>Grows or changes with the files; equal stamps mean nothing to do. 0 for inline PEM.</summary>
    public abstract long Stamp();
}

/// <summary>Files that only the operator writes.</summary>
internal sealed class OperatorFiles(string certificate, string key, string? clientCa) : CertificateSource
{
    private const int MaxBytes = 256 * 1024;

    public override bool TryRead(out string certificateText, out string keyText, out string? clientCaText, out string problem)
    {
        certificateText = keyText = problem = "";
        clientCaText = null;
        try
        {
            certificateText = Read(certificate);
            keyText = Read(key);
            clientCaText = clientCa is null ? null : Read(clientCa);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message.TrimEnd('.');
            return false;
        }
    }

    public override long Stamp() => new[] { certificate, key, clientCa }.Where(static file => file is not null).Aggregate(17L, static (stamp, file) =>
    {
        var facts = new FileInfo(file!);
        return (stamp * 31) + (facts.Exists ? facts.LastWriteTimeUtc.Ticks ^ facts.Length : 0);
    });

    private static string Read(string file) =>
        new FileInfo(file).Length <= MaxBytes ? File.ReadAllText(file) : throw new IOException($"{file} is longer than {MaxBytes} bytes");
}

/// <summary>What a packet brought: PEM text, or paths that are opened with no more rights than the sender has.</summary>
internal sealed class ClaimedSource(SniClaim claim, SenderCredentials? sender, Func<string, SenderCredentials?, bool> mayOpen, string broker) : CertificateSource
{
    private const int MaxBytes = 256 * 1024;
    private const int PermissionDenied = 13;

    // A handshake may wait for this.
    private static readonly TimeSpan BrokersTime = TimeSpan.FromMilliseconds(500);

    public override bool TryRead(out string certificate, out string key, out string? clientCa, out string problem)
    {
        key = "";
        clientCa = null;
        return TryText(claim.Certificate, out certificate, out problem)
            && TryText(claim.PrivateKey, out key, out problem)
            && (claim.ClientCa is null || TryText(claim.ClientCa, out clientCa, out problem));
    }

    public override long Stamp() => new[] { claim.Certificate, claim.PrivateKey, claim.ClientCa }.Where(static value => value is not null && !SniClaim.IsInline(value)).Aggregate(0L, static (stamp, file) =>
    {
        if (!SafePath.TryOpen(file!, pathOnly: true, out var handle, out _))
        {
            return stamp * 31;
        }

        using (handle)
        {
            var facts = SafePath.Stat(handle);
            return (stamp * 31) + (facts.ModifiedNanoseconds ^ facts.Size ^ (long)facts.Inode);
        }
    });

    private bool TryText(string value, out string text, out string problem)
    {
        text = value;
        problem = "";
        if (SniClaim.IsInline(value))
        {
            return true;
        }

        if (!mayOpen(value, sender))
        {
            problem = "its path is outside Certificate:AllowedDirectories and the sender's home";
            return false;
        }

        if (!SafePath.TryOpen(value, pathOnly: false, out var handle, out var errno))
        {
            handle = errno == PermissionDenied && sender is { UserId: >= AddressPolicy.FirstContainerUid } container
                ? new FileRequest(container.UserId, value).TryOpen(broker, BrokersTime, out problem)
                : null;
            if (handle is null)
            {
                problem = $"its file cannot be opened (errno {errno}{(problem.Length > 0 ? "; the container daemon: " : "")}{problem})";
                return false;
            }
        }

        using (handle)
        {
            var facts = SafePath.Stat(handle);
            if (!facts.IsRegularFile || facts.Size > MaxBytes || (sender is { } who && !facts.IsReadableBy(who.UserId, who.GroupId)))
            {
                problem = "its file is not a regular file, too long, or not the sender's to read";
                return false;
            }

            var bytes = new byte[facts.Size];
            var length = RandomAccess.Read(handle, bytes, 0);
            text = System.Text.Encoding.UTF8.GetString(bytes, 0, length);
            return true;
        }
    }
}
