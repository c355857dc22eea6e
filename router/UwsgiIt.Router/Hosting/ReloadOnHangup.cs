using System.Runtime.InteropServices;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Hosting;

/// <summary>SIGHUP reads the settings again. They are checked apart first: a faulty set is reported whole and what runs is kept.</summary>
internal sealed partial class ReloadOnHangup(ProgramArguments arguments, IConfigurationRoot configuration, AccessLogWriter accessLog, ILogger<ReloadOnHangup> logger) : IHostedService, IDisposable
{
    private static readonly string[] RestartSections = ["Listener", "Acme", "Limits", "State", "Agent", "Admin", "Stats", "Subscription:UnixSockets", "Subscription:UdpEndpoints"];

    private PosixSignalRegistration? _signal;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _signal = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            Reload();
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _signal?.Dispose();

    /// <summary>True when the new settings are in force.</summary>
    public bool Reload()
    {
        accessLog.Reopen();
        IConfigurationRoot candidate;
        try
        {
            candidate = RouterConfiguration.Build(arguments);
        }
        catch (Exception e) when (e is IOException or FormatException or InvalidDataException)
        {
            Log.Refused(logger, e.InnerException?.Message ?? e.Message);
            return false;
        }

        using var disposable = candidate as IDisposable;
        var faults = RouterConfiguration.Validate(candidate);
        if (faults.Count > 0)
        {
            foreach (var fault in faults)
            {
                Log.Refused(logger, fault.ToString());
            }

            return false;
        }

        foreach (var section in RestartSections.Where(section => !SameValues(configuration.GetSection(section), candidate.GetSection(section))))
        {
            Log.RestartNeeded(logger, section);
        }

        configuration.Reload();
        Log.Reloaded(logger);
        return true;
    }

    private static bool SameValues(IConfigurationSection left, IConfigurationSection right) =>
        left.AsEnumerable().OrderBy(static pair => pair.Key, StringComparer.Ordinal).SequenceEqual(right.AsEnumerable().OrderBy(static pair => pair.Key, StringComparer.Ordinal));

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.Reloaded, LogLevel.Information, "The settings were read again.")]
        public static partial void Reloaded(ILogger logger);

        [LoggerMessage(RouterEventIds.ReloadRefused, LogLevel.Error, "The new settings are not used, the old ones stay: {Fault}")]
        public static partial void Refused(ILogger logger, string fault);

        [LoggerMessage(RouterEventIds.RestartNeeded, LogLevel.Warning, "{Section} has changed, which takes effect at the next start only.")]
        public static partial void RestartNeeded(ILogger logger, string section);
    }
}
