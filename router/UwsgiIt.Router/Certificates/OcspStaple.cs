using System.Security.Cryptography.X509Certificates;

namespace UwsgiIt.Router.Certificates;

/// <summary>What a certificate's own responder says of it, kept for handshakes.</summary>
internal sealed class OcspStaple
{
    // Ours: how soon and how late it is asked again; a failure doubles the first up to the second.
    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Latest = TimeSpan.FromHours(12);

    private volatile Answer? _answer;
    private int _failures;

    private OcspStaple(X509Certificate2 leaf, X509Certificate2 issuer, Uri responder)
    {
        Leaf = leaf;
        Issuer = issuer;
        Responder = responder;
    }

    public X509Certificate2 Leaf { get; }

    public X509Certificate2 Issuer { get; }

    public Uri Responder { get; }

    /// <summary>When it is to be asked, <see cref="Environment.TickCount64"/>; the stapler's alone.</summary>
    public long NextAttempt { get; private set; }

    /// <summary>The answer that clients may be given now, or null.</summary>
    public byte[]? Current => _answer is { } answer && answer.Until > Environment.TickCount64 ? answer.Bytes : null;

    /// <summary>Null when the certificate names no responder that can be asked over http, or its issuer did not come along.</summary>
    public static OcspStaple? Of(X509Certificate2 leaf, X509Certificate2Collection chain)
    {
        var issuer = chain.FirstOrDefault(candidate => candidate.SubjectName.RawData.AsSpan().SequenceEqual(leaf.IssuerName.RawData));
        var named = leaf.Extensions.OfType<X509AuthorityInformationAccessExtension>().SelectMany(static access => access.EnumerateOcspUris());
        return issuer is null ? null
            : named.Select(static text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp ? uri : null).FirstOrDefault(static uri => uri is not null) is { } responder ? new OcspStaple(leaf, issuer, responder)
            : null;
    }

    /// <summary>A good answer: served from now on, asked for anew when half of its time is over.</summary>
    public void Keep(byte[] bytes, TimeSpan validFor)
    {
        var now = Environment.TickCount64;
        _answer = new Answer(bytes, now + (long)validFor.TotalMilliseconds);
        _failures = 0;
        NextAttempt = now + (long)Math.Clamp(validFor.TotalMilliseconds / 2, Soonest.TotalMilliseconds, Latest.TotalMilliseconds);
    }

    /// <summary>No good answer; the last one is served for as long as it holds.</summary>
    public void Fail() =>
        NextAttempt = Environment.TickCount64 + (long)Math.Min(Soonest.TotalMilliseconds * Math.Pow(2, Math.Min(_failures++, 20)), Latest.TotalMilliseconds);

    /// <summary>The authority has taken the certificate back: what was good before is served no longer.</summary>
    public void Revoke()
    {
        _answer = null;
        NextAttempt = Environment.TickCount64 + (long)Latest.TotalMilliseconds;
    }

    private sealed record Answer(byte[] Bytes, long Until);
}
