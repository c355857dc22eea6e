using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Containerd.Alarms;

/// <summary>
/// Sends alarms where their container's definition says, from the host. Bounded in every way a customer could use: alarms that wait, requests at
/// once, time, bytes read, and where it connects to. The spool for the api is another way and does not depend on this one.
/// </summary>
internal sealed partial class AlarmNotifier : BackgroundService
{
    // All arbitrary, may grow.
    private const int MaxWaiting = 1000;
    private const int MaxAtOnce = 8;
    private const int Tries = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    private readonly Channel<SpooledAlarm> _waiting = Channel.CreateBounded<SpooledAlarm>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly HttpClient _client;
    private readonly Func<uint, AlarmTargets?> _targets;
    private readonly AlarmOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<AlarmNotifier> _logger;

    public AlarmNotifier(AlarmSpool spool, Func<uint, AlarmTargets?> targets, IOptions<AlarmOptions> options, TimeProvider time, ILogger<AlarmNotifier> logger)
    {
        (_targets, _options, _time, _logger) = (targets, options.Value, time, logger);
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(10), MaxResponseHeadersLength = 16 };
        if (!_options.AllowPrivateTargets)
        {
            handler.ConnectCallback = static (context, cancellationToken) => PublicAddresses.ConnectAsync(context.DnsEndPoint, cancellationToken);
        }

        _client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(20) };
        spool.Raised += alarm => _waiting.Writer.TryWrite(alarm);
    }

    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Parallel.ForEachAsync(_waiting.Reader.ReadAllAsync(stoppingToken), new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = stoppingToken }, async (alarm, cancellationToken) =>
        {
            if (_targets(alarm.Container) is { } targets && !targets.Faults().Any())
            {
                var sends = AlarmMessages.Of(targets, alarm, _options).Select(message => SendAsync(alarm.Container, message.Channel, () => TryAsync(message.Make, cancellationToken), cancellationToken));
                if (targets.Mail is { } address && _options.MailServer is not null)
                {
                    sends = sends.Append(SendAsync(alarm.Container, "mail", () => AlarmMail.TryAsync(address, alarm, _options, cancellationToken), cancellationToken));
                }

                await Task.WhenAll(sends);
            }
        });

    private async Task SendAsync(uint uid, string channel, Func<Task<string?>> send, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            var problem = await send();
            if (problem is null)
            {
                return;
            }

            if (attempt == Tries)
            {
                // The address is a secret of its owner: it is not told.
                Log.NotSent(_logger, uid, channel, problem);
                return;
            }

            await Task.Delay(pause, _time, cancellationToken);
            pause *= 5;
        }
    }

    /// <summary>Null when it was taken; what it would not take a second time either counts as taken.</summary>
    private async Task<string?> TryAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        try
        {
            using var request = make();
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return (int)response.StatusCode is >= 500 or (int)HttpStatusCode.TooManyRequests ? $"answer {(int)response.StatusCode}" : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return e is HttpRequestException http ? http.HttpRequestError.ToString() : e.GetType().Name;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.AlarmNotSent, LogLevel.Debug, "Alarm of container {Uid} was not sent by {Channel}: {Problem}")]
        public static partial void NotSent(ILogger logger, uint uid, string channel, string problem);
    }
}
