using Microsoft.Extensions.Options;
using UwsgiIt.Router.Acme;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Certificates;

/// <summary>Tells of certificates that end soon and are not ours to renew. Only of those that somebody asks for: others are not parsed for it.</summary>
internal sealed partial class CertificateExpiry : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    private readonly CertificateStore _store;
    private readonly IOptionsMonitor<CertificateOptions> _options;
    private readonly TimeProvider _time;
    private readonly ILogger<CertificateExpiry> _logger;
    private readonly HashSet<(string Name, DateTime End)> _warned = [];

    public CertificateExpiry(CertificateStore store, IOptionsMonitor<CertificateOptions> options, RouterMetrics metrics, TimeProvider time, ILogger<CertificateExpiry> logger)
    {
        _store = store;
        _options = options;
        _time = time;
        _logger = logger;
        metrics.Meter.CreateObservableGauge("uwsgiit.router.certificates.first_expiry", FirstExpirySeconds, "s", "Time until the first certificate in use, of a packet, the folder or configuration, ends; 0 without any.");
        metrics.Meter.CreateObservableGauge("uwsgiit.router.certificates.expiring", () => Expiring().Count(), "{certificate}", "Such certificates that should have been renewed by now.");
    }

    /// <summary>Warns of each once. Called by one thread at a time.</summary>
    public void Look()
    {
        foreach (var (name, end) in Expiring())
        {
            if (_warned.Add((name, end)))
            {
                Log.Expires(_logger, name.Length > 0 ? name : "unknown names", end);
            }
        }

        _warned.RemoveWhere(warned => warned.End < _time.GetUtcNow().UtcDateTime);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, _time);
        do
        {
            Look();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private IEnumerable<(string Name, DateTime End)> Expiring()
    {
        var (now, warning) = (_time.GetUtcNow(), _options.CurrentValue.ExpiryWarning);
        foreach (var binding in _store.InUse)
        {
            if (binding.Leaf is { } leaf && AcmeSchedule.IsWorrying(leaf, now, warning))
            {
                yield return (binding.Name, leaf.NotAfter.ToUniversalTime());
            }
        }
    }

    private double FirstExpirySeconds()
    {
        var first = DateTime.MaxValue;
        foreach (var binding in _store.InUse)
        {
            if (binding.Leaf is { } leaf && leaf.NotAfter.ToUniversalTime() < first)
            {
                first = leaf.NotAfter.ToUniversalTime();
            }
        }

        return first == DateTime.MaxValue ? 0 : (first - _time.GetUtcNow().UtcDateTime).TotalSeconds;
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.CertificateEnds, LogLevel.Warning, "The certificate for {Name} ends at {End:u}; nobody has brought another yet.")]
        public static partial void Expires(ILogger logger, string name, DateTime end);
    }
}
