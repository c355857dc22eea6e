using System.Text.Json;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Containerd.Alarms;

namespace UwsgiIt.Containerd.Agents;

/// <summary>Brings alarms to the api. The file's name is the alarm's id: sent twice, for an answer was lost, it is stored once.</summary>
internal sealed class AlarmCourier(AlarmSpool spool, IOptions<AgentOptions> options, TimeProvider time, ILogger<AlarmCourier> logger) : Courier("alarms", spool.Waiting, options, time, logger)
{
    protected override int BatchFiles => 100;

    protected override Task SendAsync(HostClient client, IReadOnlyList<string> files, CancellationToken cancellationToken) =>
        client.PostAlarmsAsync(new HostAlarms { Alarms = [.. files.Select(Read)] }, cancellationToken);

    private static HostAlarm Read(string file)
    {
        var alarm = JsonSerializer.Deserialize(File.ReadAllText(file), AlarmJson.Default.SpooledAlarm) ?? throw new JsonException("null");
        return new HostAlarm { Id = Path.GetFileNameWithoutExtension(file), Container = (int)alarm.Container, Unix = alarm.Unix, Msg = alarm.Msg };
    }
}
