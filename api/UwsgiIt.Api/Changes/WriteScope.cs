using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Changes;

/// <summary>
/// One write request: everything it does, its feed rows and its audit rows are one transaction that no other writer runs beside. A
/// <see cref="Hosting.Fault"/> undoes it all; when it returns, the change is on disk.
/// </summary>
internal sealed class WriteScope(ApiContext db, Caller caller, PeerAddress peers, IHttpContextAccessor http, ChangeSignal signal, TimeProvider time)
{
    /// <summary>Do everything, then undo it.</summary>
    public bool DryRun { get; set; }

    /// <summary>The transaction's version; 0 when nothing changed.</summary>
    public long Version { get; private set; }

    public IReadOnlyList<RecordedChange> Changes => db.Recorder.Recorded;

    public async Task<T> RunAsync<T>(Func<Task<T>> work, Func<T, Task>? beforeCommit = null)
    {
        var cancellationToken = http.HttpContext?.RequestAborted ?? CancellationToken.None;
        await using var transaction = await db.BeginExclusiveAsync(cancellationToken);
        var result = await work();
        await db.SaveChangesAsync(cancellationToken);
        await RecordAsync(cancellationToken);
        if (DryRun)
        {
            return result;
        }

        if (beforeCommit is not null)
        {
            await beforeCommit(result);
        }

        await db.SaveChangesAsync(cancellationToken);

        // No way back from here: a commit that is given up half-way may have happened.
        await db.Database.CommitTransactionAsync(CancellationToken.None);
        if (Version > 0)
        {
            signal.Pulse();
        }

        return result;
    }

    private async Task RecordAsync(CancellationToken cancellationToken)
    {
        if (db.Recorder.Recorded.Count == 0)
        {
            return;
        }

        var first = await db.CurrentVersionAsync(cancellationToken) + 1;
        var unix = time.GetUtcNow().ToUnixTimeSeconds();
        var changes = new List<Change>();
        var seen = new Dictionary<(string, long, string), ChangeTarget>();
        foreach (var recorded in db.Recorder.Recorded)
        {
            var target = await ChangeRouting.FindAsync(db, recorded, cancellationToken);
            Audit(recorded, target, unix);
            if (!seen.TryAdd((target.Kind, target.ObjectId, recorded.Action), target))
            {
                continue;
            }

            var servers = target.ServerIds.Count == 0 ? [null] : target.ServerIds.Distinct().Select(static id => (int?)id);
            var primary = true;
            foreach (var serverId in servers)
            {
                changes.Add(new Change
                {
                    Version = first + changes.Count,
                    Kind = target.Kind,
                    ObjectId = target.ObjectId,
                    Action = recorded.Action,
                    CustomerId = target.CustomerId,
                    ServerId = serverId,
                    Agents = serverId is null ? ChangeAgents.None : target.Agents,
                    Primary = primary,
                    Unix = unix,
                });
                primary = false;
            }
        }

        Version = first + changes.Count - 1;
        changes.ForEach(change => change.Transaction = Version);
        foreach (var entry in db.ChangeTracker.Entries<AuditEntry>().Where(static entry => entry.State == EntityState.Added))
        {
            entry.Entity.Version = Version;
        }

        db.Changes.AddRange(changes);
    }

    private void Audit(RecordedChange recorded, ChangeTarget target, long unix)
    {
        var context = http.HttpContext;
        db.AuditEntries.Add(new AuditEntry
        {
            Unix = unix,
            CustomerId = target.CustomerId,
            Actor = caller.Actor,
            Address = context is null ? null : peers.Of(context),
            Call = context is null ? "internal" : $"{context.Request.Method} {context.Request.Path}",
            Kind = target.Kind,
            ObjectId = target.ObjectId,
            Action = recorded.Action,
            Before = recorded.Before,
            After = recorded.After,
            RequestId = context?.TraceIdentifier ?? "",
        });
    }
}
