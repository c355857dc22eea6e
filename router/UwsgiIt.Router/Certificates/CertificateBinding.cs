using System.Security.Cryptography.X509Certificates;

namespace UwsgiIt.Router.Certificates;

/// <summary>A name and the certificate it is served with. Parsed when first asked for; replaced in place when its files change.</summary>
internal sealed class CertificateBinding(string name, CertificateSource source, bool hasClientCa, bool clientCertificateRequired)
{
    private readonly Lock _load = new();
    private volatile CertificateMaterial? _material;
    private long _stamp; // guarded by _load
    private long _checkedAt = long.MinValue;
    private long _usedAt;

    public string Name { get; } = name;

    public bool HasClientCa { get; } = hasClientCa;

    public bool ClientCertificateRequired { get; } = clientCertificateRequired;

    /// <summary>Why the last attempt to read it failed, or null.</summary>
    public string? Problem { get; private set; }

    public bool IsLoaded => _material is not null;

    public X509Certificate2? Leaf => _material?.Leaf;

    /// <summary>What there is to staple, of a loaded one.</summary>
    public OcspStaple? Staple => _material?.Staple;

    /// <summary>When it last served a handshake, <see cref="Environment.TickCount64"/>.</summary>
    public long UsedAt => Volatile.Read(ref _usedAt);

    /// <summary>The material, or null when it cannot be used. Files are looked at again at most every <paramref name="checkMilliseconds"/>.</summary>
    public CertificateMaterial? Get(DateTimeOffset now, long checkMilliseconds)
    {
        var ticks = Environment.TickCount64;
        Volatile.Write(ref _usedAt, ticks);
        var checkedAt = Volatile.Read(ref _checkedAt);
        return checkedAt != long.MinValue && ticks - checkedAt < checkMilliseconds && (_material is not null || Problem is not null) ? _material : Load(now, ticks);
    }

    /// <summary>Forgets the parsed form; the next handshake parses again.</summary>
    public void Unload()
    {
        lock (_load)
        {
            _material = null;
            Problem = null;
            _stamp = 0;
        }
    }

    private CertificateMaterial? Load(DateTimeOffset now, long ticks)
    {
        lock (_load)
        {
            Volatile.Write(ref _checkedAt, ticks);
            var stamp = source.Stamp();
            if (_material is not null && stamp == _stamp)
            {
                return _material;
            }

            if (!source.TryRead(out var certificate, out var key, out var clientCa, out var problem)
                || !CertificateMaterial.TryCreate(Name.Length == 0 ? null : Name, certificate, key, clientCa, ClientCertificateRequired, now, out var material, out problem))
            {
                // A half-written pair looks like this too: what served before goes on serving.
                Problem = problem;
                return _material;
            }

            if (_material is { } previous && material.Leaf.NotBefore < previous.Leaf.NotBefore)
            {
                Problem = "it is older than the one in use";
                _stamp = stamp;
                return previous;
            }

            Problem = null;
            _stamp = stamp;
            return _material = material;
        }
    }
}
