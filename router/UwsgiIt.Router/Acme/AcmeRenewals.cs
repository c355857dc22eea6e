using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Acme;

/// <summary>
/// Looks again and again which names are due, and orders for one after the other. Nothing waits for it: handshakes are served with what
/// there is. Whoever holds a name's lock works on it; with two routers on one store the other finds the certificate done.
/// </summary>
internal sealed partial class AcmeRenewals : BackgroundService
{
    // RFC 9773, 4.3: where the authority does not say how soon it may be asked again.
    private static readonly TimeSpan AdvicePause = TimeSpan.FromHours(6);

    private readonly AcmeOptions _options;
    private readonly AcmeStore _store;
    private readonly AcmeNames _names;
    private readonly AcmeIssuer _issuer;
    private readonly CancellationToken _started;
    private readonly RouterMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<AcmeRenewals> _logger;
    private readonly Queue<DateTimeOffset> _orders = new();
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);
    private DateTimeOffset _firstExpiry = DateTimeOffset.MaxValue;

    public AcmeRenewals(IOptions<AcmeOptions> options, AcmeStore store, AcmeNames names, AcmeIssuer issuer, IHostApplicationLifetime lifetime, RouterMetrics metrics, TimeProvider time, ILogger<AcmeRenewals> logger)
    {
        _options = options.Value;
        _store = store;
        _names = names;
        _issuer = issuer;
        _started = lifetime.ApplicationStarted;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        if (_options.IsOn)
        {
            metrics.Meter.CreateObservableGauge("uwsgiit.router.acme.first_expiry", () => _firstExpiry == DateTimeOffset.MaxValue ? 0 : (_firstExpiry - _time.GetUtcNow()).TotalSeconds, "s", "Time until the first of our ordered certificates ends; 0 without any.");
            metrics.Meter.CreateObservableGauge("uwsgiit.router.acme.expiring", () => _warned.Count, "{certificate}", "Ordered certificates that should have been renewed by now.");
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!_options.IsOn)
        {
            return;
        }

        // The authority asks back: not before our listeners are there.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (_started.Register(started.SetResult))
        {
            await started.Task.WaitAsync(stoppingToken);
        }

        using var timer = new PeriodicTimer(_options.Interval, _time);
        do
        {
            try
            {
                _store.Prepare();
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The store is away or damaged. It may come back, and whatever it is, it must not end the serving of what there is.
                Log.StoreFailed(_logger, _options.Store, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var first = DateTimeOffset.MaxValue;
        foreach (var name in _names.Find())
        {
            using var certificate = Load(name);
            if (certificate is not null)
            {
                Watch(name, certificate, ref first);
            }

            if (IsDue(certificate, _store.LoadState(name)) || NeedsAdvice(certificate, _store.LoadState(name)))
            {
                await WorkAsync(name, cancellationToken);
            }
        }

        _firstExpiry = first;
    }

    private bool IsDue(X509Certificate2? certificate, AcmeNameState state)
    {
        var now = _time.GetUtcNow();
        return now >= state.NextAttempt && (certificate is null || now >= AcmeSchedule.DueAt(certificate, state));
    }

    private bool NeedsAdvice(X509Certificate2? certificate, AcmeNameState state) => certificate is not null && _time.GetUtcNow() >= state.NextAdvice;

    private async Task WorkAsync(string name, CancellationToken cancellationToken)
    {
        using var held = _store.TryLock(name);
        if (held is null)
        {
            return;
        }

        // Looked at again under the lock: another router may have finished just now.
        var state = _store.LoadState(name);
        using var certificate = Load(name);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.OrderTimeout);
        if (NeedsAdvice(certificate, state))
        {
            state = await AskAdviceAsync(name, certificate!, state, deadline.Token);
            _store.SaveState(name, state);
        }

        if (IsDue(certificate, state) && MayOrder())
        {
            await OrderAsync(name, certificate, state, deadline.Token, cancellationToken);
        }
    }

    private async Task<AcmeNameState> AskAdviceAsync(string name, X509Certificate2 certificate, AcmeNameState state, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        try
        {
            var (start, end, retryAfter) = await _issuer.AdviseAsync(certificate, cancellationToken);
            var isNew = start is not null && (state.RenewAt is not { } chosen || chosen < start || chosen > end);
            return state with
            {
                // Kept while it lies in the window, so that asking again does not put it off for ever.
                RenewAt = start is null ? null : isNew ? AcmeSchedule.Within(start.Value, end!.Value, Random.Shared.NextDouble()) : state.RenewAt,
                NextAdvice = now + (retryAfter > TimeSpan.Zero ? retryAfter.Value : AdvicePause),
            };
        }
        catch (Exception e) when (e is AcmeException or HttpRequestException or OperationCanceledException)
        {
            // Two thirds of its life is a good time too.
            Log.AdviceFailed(_logger, name, e.Message);
            return state with { NextAdvice = now + AdvicePause };
        }
    }

    private async Task OrderAsync(string name, X509Certificate2? replaced, AcmeNameState state, CancellationToken deadline, CancellationToken stopping)
    {
        _orders.Enqueue(_time.GetUtcNow());
        try
        {
            var (key, chain) = await _issuer.OrderAsync(name, replaced, deadline);
            _store.SaveCertificate(name, key, chain);
            _store.SaveState(name, new AcmeNameState { NextAttempt = _time.GetUtcNow() });
            _metrics.AcmeOrderEnded("issued");
            Log.Issued(_logger, name);
        }
        catch (Exception e) when (e is AcmeException or HttpRequestException or OperationCanceledException or CryptographicException or IOException or System.Text.Json.JsonException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            state = AcmeSchedule.AfterFailure(state, _time.GetUtcNow(), (e as AcmeException)?.RetryAfter, Random.Shared.NextDouble());
            _store.SaveState(name, state);
            _metrics.AcmeOrderEnded((e as AcmeException)?.Type is "rateLimited" ? "rate_limited" : "failed");
            Log.Failed(_logger, name, e is OperationCanceledException ? "it took longer than Acme:OrderTimeout" : e.Message, state.NextAttempt);
        }
    }

    private bool MayOrder()
    {
        var now = _time.GetUtcNow();
        while (_orders.TryPeek(out var oldest) && now - oldest > TimeSpan.FromHours(1))
        {
            _orders.Dequeue();
        }

        return _orders.Count < _options.MaxOrdersPerHour;
    }

    private void Watch(string name, X509Certificate2 certificate, ref DateTimeOffset first)
    {
        var end = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        first = end < first ? end : first;
        if (!AcmeSchedule.IsWorrying(certificate, _time.GetUtcNow(), _options.ExpiryWarning))
        {
            _warned.Remove(name);
        }
        else if (_warned.Add(name))
        {
            Log.Expires(_logger, name, end);
        }
    }

    private X509Certificate2? Load(string name)
    {
        try
        {
            return _store.LoadCertificate(name) is { } pem ? X509Certificate2.CreateFromPem(pem) : null;
        }
        catch (CryptographicException)
        {
            // As good as none.
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.AcmeIssued, LogLevel.Information, "{Name} has a new certificate of the ACME authority.")]
        public static partial void Issued(ILogger logger, string name);

        [LoggerMessage(RouterEventIds.AcmeFailed, LogLevel.Warning, "No certificate for {Name}: {Problem}. The next attempt is not before {NextAttempt:u}.")]
        public static partial void Failed(ILogger logger, string name, string problem, DateTimeOffset nextAttempt);

        [LoggerMessage(RouterEventIds.CertificateExpires, LogLevel.Warning, "The certificate of {Name} ends at {End:u} and has not been renewed yet.")]
        public static partial void Expires(ILogger logger, string name, DateTimeOffset end);

        [LoggerMessage(RouterEventIds.AcmeAdviceFailed, LogLevel.Debug, "The authority gave no renewal window for {Name}: {Problem}")]
        public static partial void AdviceFailed(ILogger logger, string name, string problem);

        [LoggerMessage(RouterEventIds.AcmeStoreFailed, LogLevel.Error, "The ACME store {Store} cannot be used: {Problem}")]
        public static partial void StoreFailed(ILogger logger, string store, string problem);
    }
}
