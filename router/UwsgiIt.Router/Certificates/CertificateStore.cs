using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Acme;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Certificates;

/// <summary>
/// Which certificate a name is served with: the operator's configuration, then packets, then the folder, then those we ordered; exact before wildcard; else the
/// default, which costs an unknown name no memory.
/// </summary>
internal sealed partial class CertificateStore : ISubscribedCertificates
{
    private const int MaxLookups = 5;

    // How soon a changed file is served.
    private const long CheckMilliseconds = 5_000;

    private readonly ConcurrentDictionary<string, Claimed> _claimed = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, CertificateBinding> _folder = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, CertificateBinding> _ordered = new(StringComparer.OrdinalIgnoreCase);
    private readonly IOptionsMonitor<CertificateOptions> _options;
    private readonly IOptionsMonitor<SubscriptionOptions> _subscriptionOptions;
    private readonly AcmeStore _acme;
    private readonly TimeProvider _time;
    private readonly ILogger<CertificateStore> _logger;
    private volatile Configured _configured;
    private int _loads;

    public CertificateStore(IOptionsMonitor<CertificateOptions> options, IOptionsMonitor<SubscriptionOptions> subscriptionOptions, AcmeStore acme, TimeProvider time, ILogger<CertificateStore> logger)
    {
        _options = options;
        _subscriptionOptions = subscriptionOptions;
        _acme = acme;
        _time = time;
        _logger = logger;
        _configured = Configure(options.CurrentValue, null);
        options.OnChange(changed =>
        {
            _configured = Configure(changed, _configured);
            _folder.Clear();
        });
    }

    /// <summary>True when any name may ask for client certificates; while false nothing needs comparing.</summary>
    public bool HasClientCas => _configured.HasClientCas || !_claimedWithCa.IsEmpty;

    private readonly ConcurrentDictionary<string, byte> _claimedWithCa = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is in use and was not ordered by us: whoever brought it has to renew it.</summary>
    public IEnumerable<CertificateBinding> InUse =>
        _configured.Names.Values.Append(_configured.Default).Concat(_claimed.Values.Select(static claimed => claimed.Binding)).Concat(_folder.Values).Where(static binding => binding.IsLoaded);

    /// <summary>What there is to staple of what is in use, and whether the operator answers for it.</summary>
    public IEnumerable<(OcspStaple Staple, bool IsOperators)> Staples => _configured.Names.Values.Append(_configured.Default).Concat(_folder.Values).Concat(_ordered.Values).Select(static binding => (binding.Staple, true))
        .Concat(_claimed.Values.Select(static claimed => (claimed.Binding.Staple, false)))
        .Where(static entry => entry.Staple is not null)!;

    /// <summary>The binding that a name's handshakes use; the default one when nothing better is usable.</summary>
    public CertificateBinding Find(string? name) => TryFind(name) ?? _configured.Default;

    /// <summary>True when a name is served with a certificate that we have not ordered ourselves.</summary>
    public bool HasOther(string name) => TryFind(name.TrimStart('*'), withOrdered: false) is not null;

    /// <summary>The material for a handshake.</summary>
    public CertificateMaterial GetMaterial(string? name, out CertificateBinding binding)
    {
        var now = _time.GetUtcNow();
        binding = Find(name);
        var wasLoaded = binding.IsLoaded;
        var material = binding.Get(now, CheckMilliseconds);
        if (material is null)
        {
            material = GetDefault(out binding);
        }
        else if (!wasLoaded && Interlocked.Increment(ref _loads) >= _options.CurrentValue.MaxCachedContexts)
        {
            UnloadOldest();
        }

        return material;
    }

    /// <summary>The material of names without one of their own.</summary>
    public CertificateMaterial GetDefault(out CertificateBinding binding)
    {
        binding = _configured.Default;
        return binding.Get(_time.GetUtcNow(), CheckMilliseconds) ?? throw new InvalidOperationException("The default certificate cannot be used.");
    }

    /// <inheritdoc />
    public bool Offer(string sniName, SniClaim claim, SenderCredentials? sender)
    {
        _claimed.TryGetValue(sniName, out var present);
        if (present is not null && present.Claim == claim)
        {
            return true;
        }

        var binding = new CertificateBinding(sniName, new ClaimedSource(claim, sender, MayOpen, _options.CurrentValue.FileBroker), claim.ClientCa is not null, claim.ClientCertificateRequired);

        // The first claim of a name is parsed when somebody asks for it, so that a hundred thousand names are ready at once. One that would
        // replace a working certificate, or opens files, has to prove itself now.
        if (present is not null || !SniClaim.IsInline(claim.Certificate) || claim.ClientCa is not null)
        {
            var material = binding.Get(_time.GetUtcNow(), CheckMilliseconds);
            var problem = material is null ? binding.Problem
                : present?.Binding.Leaf is { } old && material.Leaf.NotBefore < old.NotBefore ? "it is older than the one in use" : null;
            if (problem is not null)
            {
                // Every announce repeats the claim; say it once.
                if (present is null ? _refused.TryAdd(sniName, claim) || _refused[sniName] != claim : present.Refused != claim)
                {
                    Log.Refused(_logger, sniName, problem);
                    _refused[sniName] = claim;
                }

                if (present is not null)
                {
                    present.Refused = claim;
                }

                return present is not null;
            }
        }

        _refused.TryRemove(sniName, out _);
        _claimed[sniName] = new Claimed(claim, binding);
        if (claim.ClientCa is not null)
        {
            _claimedWithCa[sniName] = 0;
        }
        else
        {
            _claimedWithCa.TryRemove(sniName, out _);
        }

        Log.Installed(_logger, sniName);
        return true;
    }

    private readonly ConcurrentDictionary<string, SniClaim> _refused = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc />
    public void Withdraw(string sniName)
    {
        _claimed.TryRemove(sniName, out _);
        _claimedWithCa.TryRemove(sniName, out _);
        _refused.TryRemove(sniName, out _);
    }

    private CertificateBinding? TryFind(string? name, bool withOrdered = true)
    {
        if (string.IsNullOrEmpty(name) || name.Length > 255)
        {
            return null;
        }

        name = name.TrimEnd('.');
        if (TryFindExact(name, withOrdered) is { } exact)
        {
            return exact;
        }

        var rest = name;
        for (var lookups = 1; lookups < MaxLookups && rest.IndexOf('.', 1) is var dot and > 0; lookups++)
        {
            rest = rest[dot..];
            if (TryFindExact(rest, withOrdered) is { } wildcard)
            {
                return wildcard;
            }
        }

        return null;
    }

    private CertificateBinding? TryFindExact(string name, bool withOrdered) =>
        _configured.Names.TryGetValue(name, out var configured) ? configured
        : _claimed.TryGetValue(name, out var claimed) ? claimed.Binding
        : FindInFolder(name) ?? (withOrdered ? FindOrdered(name) : null);

    private CertificateBinding? FindInFolder(string name)
    {
        if (_options.CurrentValue.Directory is not { } directory || name.Contains('/', StringComparison.Ordinal) || name.Contains("..", StringComparison.Ordinal))
        {
            return null;
        }

        var stem = Path.Combine(directory, name.ToLowerInvariant());
        if (!File.Exists(stem + ".crt") || !File.Exists(stem + ".key"))
        {
            _folder.TryRemove(name, out _);
            return null;
        }

        return _folder.GetOrAdd(name, static (key, path) =>
        {
            var authority = File.Exists(path + ".ca") ? path + ".ca" : null;
            return new CertificateBinding(key, new OperatorFiles(path + ".crt", path + ".key", authority), authority is not null, clientCertificateRequired: false);
        }, stem);
    }

    /// <summary>What the ACME authority gave: key and chain in one file, replaced whole.</summary>
    private CertificateBinding? FindOrdered(string name)
    {
        if (_acme.FindCertificateFile(name) is not { } file)
        {
            _ordered.TryRemove(name, out _);
            return null;
        }

        return _ordered.GetOrAdd(name, static (key, path) => new CertificateBinding(key, new OperatorFiles(path, path, null), hasClientCa: false, clientCertificateRequired: false), file);
    }

    private bool MayOpen(string path, SenderCredentials? sender)
    {
        if (AddressPattern.HasDotSegment(path))
        {
            return false;
        }

        if (sender is { UserId: >= AddressPolicy.FirstContainerUid } container
            && path.StartsWith($"{_subscriptionOptions.CurrentValue.ContainersRoot.TrimEnd('/')}/{container.UserId}/", StringComparison.Ordinal))
        {
            return true;
        }

        return _options.CurrentValue.AllowedDirectories.Any(folder => path.StartsWith(folder, StringComparison.Ordinal));
    }

    private void UnloadOldest()
    {
        Interlocked.Exchange(ref _loads, 0);
        var loaded = _claimed.Values.Select(static claimed => claimed.Binding).Concat(_folder.Values).Concat(_ordered.Values).Where(static binding => binding.IsLoaded).OrderBy(static binding => binding.UsedAt).ToList();
        foreach (var binding in loaded.Take(loaded.Count - (_options.CurrentValue.MaxCachedContexts / 2)))
        {
            binding.Unload();
        }
    }

    private Configured Configure(CertificateOptions options, Configured? previous)
    {
        var names = options.Names.ToFrozenDictionary(
            static name => name.Name.TrimStart('*'),
            static name => new CertificateBinding(name.Name.TrimStart('*'), new OperatorFiles(name.Certificate, name.Key, name.ClientCa), name.ClientCa is not null, name.ClientCertificateRequired),
            StringComparer.OrdinalIgnoreCase);
        CertificateBinding? fallback = null;
        if (options.Default is { } files)
        {
            fallback = new CertificateBinding("", new OperatorFiles(files.Certificate, files.Key, null), hasClientCa: false, clientCertificateRequired: false);
            if (fallback.Get(_time.GetUtcNow(), CheckMilliseconds) is null)
            {
                Log.Refused(_logger, "the default", fallback.Problem);
                fallback = previous?.Default;
            }
        }

        return new Configured(names, fallback ?? MakeDefault(), options.Names.Any(static name => name.ClientCa is not null));
    }

    private CertificateBinding MakeDefault()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=uwsgiit default certificate", key, HashAlgorithmName.SHA256);
        var now = _time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
        var claim = new SniClaim(key.ExportPkcs8PrivateKeyPem(), certificate.ExportCertificatePem(), null, false);
        Log.DefaultMade(_logger);
        return new CertificateBinding("", new ClaimedSource(claim, null, static (_, _) => false, ""), hasClientCa: false, clientCertificateRequired: false);
    }

    private sealed record Configured(FrozenDictionary<string, CertificateBinding> Names, CertificateBinding Default, bool HasClientCas);

    private sealed class Claimed(SniClaim claim, CertificateBinding binding)
    {
        public SniClaim Claim { get; } = claim;
        public CertificateBinding Binding { get; } = binding;
        public SniClaim? Refused { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.CertificateRefused, LogLevel.Warning, "The certificate for {Name} is not used: {Problem}.")]
        public static partial void Refused(ILogger logger, string name, string? problem);

        [LoggerMessage(RouterEventIds.CertificateInstalled, LogLevel.Information, "{Name} has a new certificate.")]
        public static partial void Installed(ILogger logger, string name);

        [LoggerMessage(RouterEventIds.DefaultCertificateMade, LogLevel.Information, "No default certificate is configured; unknown names get a self-signed one.")]
        public static partial void DefaultMade(ILogger logger);
    }
}
