using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Alarms;

/// <summary>Alarms: raising keeps a bounded number per container, the oldest by time goes first.</summary>
internal sealed class AlarmStore(ApiContext db)
{
    /// <summary>Longest text of an alarm, in characters; a body is bounded already.</summary>
    public const int MaxMessage = 65_536;

    public IQueryable<Alarm> Rows => db.Alarms;

    public async Task<Alarm> RaiseAsync(Alarm alarm, CancellationToken cancellationToken)
    {
        Check(alarm);
        var maximum = await db.Containers.Where(container => container.Id == alarm.ContainerId).Select(static container => (int?)container.MaxAlarms).FirstOrDefaultAsync(cancellationToken) ?? throw Fault.Forbidden();
        if (await db.Alarms.CountAsync(other => other.ContainerId == alarm.ContainerId, cancellationToken) >= maximum)
        {
            // Not through the tracker: the feed has no use for what fell out at the end.
            var oldest = await db.Alarms.Where(other => other.ContainerId == alarm.ContainerId).OrderBy(static other => other.Unix).ThenBy(static other => other.Id).Select(static other => other.Id).FirstAsync(cancellationToken);
            await db.Alarms.Where(other => other.Id == oldest).ExecuteDeleteAsync(cancellationToken);
        }

        db.Add(alarm);
        await db.SaveChangesAsync(cancellationToken);
        return alarm;
    }

    private static void Check(Alarm alarm)
    {
        alarm.Message = alarm.Message.Length <= MaxMessage ? alarm.Message.Replace("\0", "", StringComparison.Ordinal) : throw Fault.TooLarge();
        if (alarm.Level < 0)
        {
            throw Fault.Invalid("level", "is negative");
        }

        if (alarm.Color.Length != 7)
        {
            throw Fault.Invalid("color", "is not # and six digits");
        }

        TextRules.Line("color", alarm.Color, 7);
        TextRules.Line("class", alarm.Class);
        TextRules.Line("vassal", alarm.Vassal);
        TextRules.Line("func", alarm.Func);
        TextRules.Line("filename", alarm.Filename);
    }
}
