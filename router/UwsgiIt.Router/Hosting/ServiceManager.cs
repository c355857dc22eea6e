using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Hosting;

/// <summary>
/// Tells the service manager how we are (sd_notify(3)): READY, STOPPING, and WATCHDOG while both the thread pool and the announcing path
/// answer, so that a router that hangs is restarted, not one that is merely busy.
/// </summary>
internal sealed partial class ServiceManager(IHostApplicationLifetime lifetime, SubscriptionReceiver receiver, ILogger<ServiceManager> logger) : BackgroundService
{
    private readonly SystemdNotifier _notifier = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!_notifier.IsEnabled)
        {
            return;
        }

        lifetime.ApplicationStarted.Register(() => _notifier.Notify(ServiceState.Ready));
        lifetime.ApplicationStopping.Register(() => _notifier.Notify(ServiceState.Stopping));
        if (!long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) || microseconds <= 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromMicroseconds(microseconds / 2.0));
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (receiver.IsAlive(TimeSpan.FromMicroseconds(microseconds / 4.0)))
            {
                _notifier.Notify(new ServiceState("WATCHDOG=1"));
            }
            else
            {
                Log.Missed(logger);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.WatchdogMissed, LogLevel.Error, "The announcing path does not answer; the service manager is not told that all is well.")]
        public static partial void Missed(ILogger logger);
    }
}
