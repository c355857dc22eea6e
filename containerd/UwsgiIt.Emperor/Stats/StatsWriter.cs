using System.Text.Json;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Emperor.Vassals;

namespace UwsgiIt.Emperor.Stats;

/// <summary>The Emperor's stats with the original's field names, units and order; our own fields come last.</summary>
internal static class StatsWriter
{
    public static byte[] Write(SupervisorSettings settings, IReadOnlyCollection<Vassal> vassals, IReadOnlyCollection<BlacklistEntry> blacklist, long lostLogLines)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("version", "uwsgiit-" + typeof(StatsWriter).Assembly.GetName().Version?.ToString(3));
            json.WriteNumber("pid", Environment.ProcessId);
            json.WriteNumber("uid", settings.Uid);
            json.WriteNumber("gid", settings.Gid);
            json.WriteString("cwd", settings.VassalDirectory);
            json.WriteStartArray("emperor");
            json.WriteStringValue(settings.VassalDirectory);
            json.WriteEndArray();
            json.WriteNumber("emperor_tyrant", 0);
            json.WriteNumber("throttle_level", 0);
            json.WriteStartArray("vassals");
            foreach (var vassal in vassals)
            {
                WriteVassal(json, settings, vassal);
            }

            json.WriteEndArray();
            json.WriteStartArray("blacklist");
            foreach (var entry in blacklist)
            {
                json.WriteStartObject();
                json.WriteString("id", entry.Name);
                json.WriteNumber("throttle_level", (long)entry.Delay.TotalMilliseconds);
                json.WriteNumber("attempt", entry.Attempt);
                json.WriteNumber("first_attempt", entry.FirstAttempt.ToUnixTimeSeconds());
                json.WriteNumber("last_attempt", entry.LastAttempt.ToUnixTimeSeconds());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("lost_log_lines", lostLogLines);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteVassal(Utf8JsonWriter json, SupervisorSettings settings, Vassal vassal)
    {
        json.WriteStartObject();
        json.WriteString("id", vassal.Name);
        json.WriteNumber("pid", vassal.ProcessId);
        json.WriteNumber("born", vassal.Born.ToUnixTimeSeconds());
        json.WriteNumber("last_mod", vassal.File.ModifiedNanoseconds / 1_000_000_000);
        WriteTime(json, "last_heartbeat", vassal.LastHeartbeat);
        json.WriteNumber("loyal", vassal.IsLoyal ? 1 : 0);
        json.WriteNumber("ready", vassal.IsReady ? 1 : 0);
        json.WriteNumber("accepting", vassal.IsAccepting ? 1 : 0);
        WriteTime(json, "last_loyal", vassal.LastLoyal);
        WriteTime(json, "last_ready", vassal.LastReady);
        WriteTime(json, "last_accepting", vassal.LastAccepting);
        json.WriteNumber("first_run", vassal.Born.ToUnixTimeSeconds());
        json.WriteNumber("last_run", vassal.LastRun.ToUnixTimeSeconds());
        WriteTime(json, "cursed", vassal.CursedSince);
        json.WriteNumber("zerg", 0);
        json.WriteString("on_demand", vassal.OnDemand ?? "");
        json.WriteNumber("uid", settings.Uid);
        json.WriteNumber("gid", settings.Gid);
        json.WriteString("monitor", settings.VassalDirectory);
        json.WriteNumber("respawns", vassal.Reloads);
        json.WriteString("kind", vassal.Kind);
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time) => json.WriteNumber(name, time?.ToUnixTimeSeconds() ?? 0);
}
