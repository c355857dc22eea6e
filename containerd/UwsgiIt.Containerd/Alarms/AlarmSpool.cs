using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Agents;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Containerd.Alarms;

/// <summary>
/// Where an alarm goes: a spool file for the api's agent, and the container's own log. The same kind for the same container goes once in its
/// alarm_freq seconds.
/// </summary>
internal sealed partial class AlarmSpool(IOptions<PathOptions> paths, IOptions<AlarmOptions> options, TimeProvider time, ILogger<AlarmSpool> logger)
{
    /// <summary>In a file's name, so that two daemons in one millisecond do not write the same one.</summary>
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly Dictionary<(uint Uid, string Kind), DateTimeOffset> _last = [];
    private long _count;

    /// <summary>What waits for the api.</summary>
    public SpoolDirectory Waiting { get; } = new(paths.Value.StateDirectory + "/alarms", options.Value.SpoolFiles);

    /// <summary>An alarm was raised; handlers only take note.</summary>
    public event Action<SpooledAlarm>? Raised;

    /// <summary>Raises an alarm; false when one of that kind was raised less than that long ago.</summary>
    public bool Raise(uint uid, string kind, string text, TimeSpan frequency)
    {
        lock (_lock)
        {
            return RaiseUnderLock(uid, kind, text, frequency);
        }
    }

    private bool RaiseUnderLock(uint uid, string kind, string text, TimeSpan frequency)
    {
        var now = time.GetUtcNow();
        if (_last.TryGetValue((uid, kind), out var before) && now - before < frequency)
        {
            return false;
        }

        _last[(uid, kind)] = now;
        Log.Raised(logger, uid, text);
        Raised?.Invoke(new SpooledAlarm(uid, now.ToUnixTimeSeconds(), text));
        try
        {
            Spool(uid, now, text);
            WriteToContainer(uid, $"{now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)} [alarm] {text}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What could not be written was at least logged.
            Log.Failed(logger, uid, e.Message);
        }

        return true;
    }

    /// <summary>Forgets a container that is no more.</summary>
    public void Forget(uint uid)
    {
        lock (_lock)
        {
            foreach (var key in _last.Keys.Where(key => key.Uid == uid).ToList())
            {
                _last.Remove(key);
            }
        }
    }

    private void Spool(uint uid, DateTimeOffset now, string text)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{now.ToUnixTimeMilliseconds():D15}-{++_count:D6}-{_run}.json");
        Waiting.Add(name, JsonSerializer.SerializeToUtf8Bytes(new SpooledAlarm(uid, now.ToUnixTimeSeconds(), text), AlarmJson.Default.SpooledAlarm));
    }

    private void WriteToContainer(uint uid, string line)
    {
        var path = $"{paths.Value.ContainersRoot}/{uid}/logs/emperor.log";
        if (!SafePath.TryOpen(path, pathOnly: true, out var present, out _))
        {
            // Made by the container's own start, as its customer's.
            return;
        }

        using (present)
        {
            if (SafePath.Stat(present).UserId == uid && AppendFile.TryOpen(path, out var log, out _))
            {
                using (log)
                {
                    log.TryAppend(System.Text.Encoding.UTF8.GetBytes(line));
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.AlarmRaised, LogLevel.Warning, "Alarm of container {Uid}: {Text}")]
        public static partial void Raised(ILogger logger, uint uid, string text);

        [LoggerMessage(ContainerdEventIds.AlarmFailed, LogLevel.Warning, "Alarm of container {Uid} was not written: {Reason}")]
        public static partial void Failed(ILogger logger, uint uid, string reason);
    }
}
