using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Tls;

namespace UwsgiIt.Router.Certificates;

/// <summary>
/// Asks the responders that certificates name, in the background: no handshake ever waits for one. For OpenSSL only: SslStream staples by itself or
/// not at all, and by itself means downloads within handshakes.
/// </summary>
internal sealed partial class OcspStapler : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // Ours: answers have one to five thousand bytes.
    private const int MaxAnswerBytes = 64 * 1024;
    private const int MaxAtOnce = 8;

    private readonly CertificateStore _store;
    private readonly IOptionsMonitor<CertificateOptions> _options;
    private readonly TlsChoice _choice;
    private readonly ILogger<OcspStapler> _logger;
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectCallback = ResponderAddresses.ConnectAsync }) { Timeout = Timeout, MaxResponseContentBufferSize = MaxAnswerBytes };

    public OcspStapler(CertificateStore store, IOptionsMonitor<CertificateOptions> options, TlsChoice choice, RouterMetrics metrics, ILogger<OcspStapler> logger)
    {
        _store = store;
        _options = options;
        _choice = choice;
        _logger = logger;
        metrics.Meter.CreateObservableGauge("uwsgiit.router.certificates.stapled", () => _store.Staples.Count(static entry => entry.Staple.Current is not null), "{certificate}", "Certificates in use that are served with an OCSP answer.");
    }

    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_choice.Engine != TlsEngine.OpenSsl)
        {
            return;
        }

        using var timer = new PeriodicTimer(Period);
        do
        {
            if (_options.CurrentValue.OcspStapling)
            {
                var now = Environment.TickCount64;
                var due = _store.Staples.Where(entry => entry.Staple.NextAttempt <= now).ToList();
                await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = stoppingToken }, AskAsync);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async ValueTask AskAsync((OcspStaple Staple, bool IsOperators) entry, CancellationToken cancellationToken)
    {
        var staple = entry.Staple;
        try
        {
            using var question = new HttpRequestMessage(HttpMethod.Post, staple.Responder) { Content = new ByteArrayContent(OcspExchange.Ask(staple.Leaf, staple.Issuer)) };
            question.Content.Headers.ContentType = new MediaTypeHeaderValue("application/ocsp-request");

            // Not kept: who may go where is decided when it is made.
            question.Headers.ConnectionClose = true;
            question.Options.Set(ResponderAddresses.MayGoAnywhere, entry.IsOperators);
            using var response = await _client.SendAsync(question, cancellationToken);
            response.EnsureSuccessStatusCode();
            var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            switch (OcspExchange.Read(answer, staple.Leaf, staple.Issuer, out var validFor))
            {
                case OcspVerdict.Good:
                    staple.Keep(answer, validFor);
                    break;
                case OcspVerdict.Revoked:
                    staple.Revoke();
                    Log.Revoked(_logger, staple.Leaf.Subject, staple.Leaf.SerialNumber);
                    break;
                case var verdict:
                    staple.Fail();
                    Log.Failed(_logger, staple.Responder, verdict.ToString());
                    break;
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            staple.Fail();
            Log.Failed(_logger, staple.Responder, e.GetBaseException().Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.OcspFailed, LogLevel.Debug, "No OCSP answer from {Responder}: {Problem}.")]
        public static partial void Failed(ILogger logger, Uri responder, string problem);

        [LoggerMessage(RouterEventIds.CertificateRevoked, LogLevel.Warning, "The certificate {Subject}, serial number {SerialNumber}, is revoked, says its authority.")]
        public static partial void Revoked(ILogger logger, string subject, string serialNumber);
    }
}
