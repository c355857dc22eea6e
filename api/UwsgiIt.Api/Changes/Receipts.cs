using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Changes;

/// <summary>On which hosts a change is live: those that reported its version or a later one.</summary>
internal sealed class Receipts(ApiContext db)
{
    /// <summary>Null when there is no such change, or it is not the caller's.</summary>
    public async Task<ReceiptView?> FindAsync(long version, CancellationToken cancellationToken)
    {
        var transaction = await db.Changes.Where(row => row.Version == version).Select(static row => (long?)row.Transaction).FirstOrDefaultAsync(cancellationToken)
            ?? await db.Changes.Where(row => row.Transaction == version).Select(static row => (long?)row.Transaction).FirstOrDefaultAsync(cancellationToken);
        if (transaction is not { } last)
        {
            return null;
        }

        var rows = await db.Changes.AsNoTracking().Where(row => row.Transaction == last && row.ServerId != null).Select(static row => new { row.ServerId, row.Agents }).ToListAsync(cancellationToken);
        var agents = rows.GroupBy(static row => row.ServerId!.Value).ToDictionary(static group => group.Key, static group => group.Aggregate(ChangeAgents.None, static (all, row) => all | row.Agents));
        var ids = agents.Keys.ToList();
        var servers = new List<ServerReceipt>();
        foreach (var server in await db.Servers.AsNoTracking().Where(row => ids.Contains(row.Id)).OrderBy(static row => row.Id).ToListAsync(cancellationToken))
        {
            // An agent that never reported is not there, as long as the server's other one is.
            var wanted = agents[server.Id];
            if (wanted.HasFlag(ChangeAgents.Containerd) && (server.ContainerdSeenUnix is not null || server.RouterSeenUnix is null || wanted == ChangeAgents.Containerd))
            {
                servers.Add(new ServerReceipt { Server = server.Id, Name = server.Name, Agent = "containerd", Live = server.ContainerdSeenUnix is not null && server.ContainerdVersion >= last, Version = server.ContainerdVersion, Seen = server.ContainerdSeenUnix });
            }

            if (wanted.HasFlag(ChangeAgents.Router) && (server.RouterSeenUnix is not null || server.ContainerdSeenUnix is null || wanted == ChangeAgents.Router))
            {
                servers.Add(new ServerReceipt { Server = server.Id, Name = server.Name, Agent = "router", Live = server.RouterSeenUnix is not null && server.RouterVersion >= last, Version = server.RouterVersion, Seen = server.RouterSeenUnix });
            }
        }

        return new ReceiptView { Version = last, Live = servers.TrueForAll(static server => server.Live), Servers = servers };
    }
}
