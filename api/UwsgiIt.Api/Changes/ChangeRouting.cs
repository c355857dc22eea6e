using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Alarms;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Customers;
using UwsgiIt.Api.Distros;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Loopboxes;
using UwsgiIt.Api.News;
using UwsgiIt.Api.Servers;
using UwsgiIt.Api.Storage;
using UwsgiIt.Api.Tags;

namespace UwsgiIt.Api.Changes;

/// <summary>Which customer and which servers a changed row concerns.</summary>
internal static class ChangeRouting
{
    public static async Task<ChangeTarget> FindAsync(ApiContext db, RecordedChange change, CancellationToken cancellationToken) => change.Entity switch
    {
        Container x => new("container", ContainerUid.Of(x.Id), x.CustomerId, ChangeAgents.Both, change.OriginalServerId is { } old ? [x.ServerId, old] : [x.ServerId]),
        ContainerLink x => await OfContainersAsync("link", x.Id, db, [x.ContainerId, x.ToId], cancellationToken),
        FirewallRule x => await OfContainersAsync("rule", x.Id, db, [x.ContainerId], cancellationToken),
        Portmap x => await OfContainersAsync("portmap", x.Id, db, [x.ContainerId], cancellationToken),
        Loopbox x => await OfContainersAsync("loopbox", x.Id, db, [x.ContainerId], cancellationToken),
        CustomDistro x => await OfContainersAsync("custom-distro", x.Id, db, [x.ContainerId], cancellationToken),
        Alarm x => await OfContainersAsync("alarm", x.Id, db, [x.ContainerId], cancellationToken) with { ServerIds = [], Agents = ChangeAgents.None },
        Domain x => new("domain", x.Id, x.CustomerId, ChangeAgents.Router, await ServersOfAsync(db, x.CustomerId, cancellationToken)),
        Certificate x => new("certificate", x.Id, x.CustomerId, ChangeAgents.Router, await ServersOfAsync(db, x.CustomerId, cancellationToken)),
        Customer x => new("customer", x.Id, x.Id, ChangeAgents.Both, await ServersOfAsync(db, x.Id, cancellationToken)),
        CustomService x => new("custom-service", x.Id, x.CustomerId, ChangeAgents.Containerd, [x.ServerId]),
        Server x => new("server", x.Id, x.OwnerId, ChangeAgents.Containerd, await AboutServerAsync(db, x, change, cancellationToken)),
        LegionMember x => new("legion", x.LegionId, null, ChangeAgents.Containerd, await MembersAsync(db, x.LegionId, x.ServerId, cancellationToken)),
        Legion x => new("legion", x.Id, x.CustomerId, ChangeAgents.Containerd, await MembersAsync(db, x.Id, null, cancellationToken)),
        FloatingAddress x => new("floating-address", x.Id, x.CustomerId, ChangeAgents.Containerd, await MembersAsync(db, x.LegionId ?? 0, x.ServerId, cancellationToken)),
        Distro x => new("distro", x.Id, null, ChangeAgents.Containerd, await db.Containers.IgnoreQueryFilters().Where(container => container.DistroId == x.Id).Select(static container => container.ServerId).Distinct().ToListAsync(cancellationToken)),
        CustomerAttribute x => ChangeTarget.Local("attribute", x.Id, x.CustomerId),
        User x => ChangeTarget.Local("user", x.Id, x.CustomerId),
        Token x => ChangeTarget.Local("token", x.Id, x.CustomerId),
        Tag x => ChangeTarget.Local("tag", x.Id, x.CustomerId),
        NewsItem x => ChangeTarget.Local("news", x.Id),
        ITracked x => ChangeTarget.Local(x.GetType().Name.ToLowerInvariant(), x.Id),
        _ => throw new InvalidOperationException($"{change.Entity.GetType().Name} is not recorded."),
    };

    // Its own settings are its own affair; that it is there, and where and by which key it is reached, is the others' too.
    private static Task<List<int>> AboutServerAsync(ApiContext db, Server server, RecordedChange change, CancellationToken cancellationToken)
    {
        var isUpdate = change.Action == "updated";
        var isOwn = isUpdate && !(change.After is { } after && (after.Contains("\"Tunnel", StringComparison.Ordinal) || after.Contains("\"WireGuard", StringComparison.Ordinal) || after.Contains("\"Address\"", StringComparison.Ordinal)));
        return isOwn ? Task.FromResult<List<int>>([server.Id]) : db.Servers.Where(other => isUpdate || other.Id != server.Id).Select(static other => other.Id).ToListAsync(cancellationToken);
    }

    private static async Task<ChangeTarget> OfContainersAsync(string kind, long id, ApiContext db, int[] containerIds, CancellationToken cancellationToken)
    {
        var found = await db.Containers.IgnoreQueryFilters().Where(container => containerIds.Contains(container.Id)).Select(static container => new { container.Id, container.CustomerId, container.ServerId }).ToListAsync(cancellationToken);
        return new ChangeTarget(kind, id, found.Find(container => container.Id == containerIds[0])?.CustomerId, ChangeAgents.Containerd, [.. found.Select(static container => container.ServerId).Distinct()]);
    }

    private static Task<List<int>> ServersOfAsync(ApiContext db, int customerId, CancellationToken cancellationToken) =>
        db.Containers.IgnoreQueryFilters().Where(container => container.CustomerId == customerId).Select(static container => container.ServerId).Distinct().ToListAsync(cancellationToken);

    private static async Task<List<int>> MembersAsync(ApiContext db, int legionId, int? also, CancellationToken cancellationToken)
    {
        var members = await db.LegionMembers.Where(member => member.LegionId == legionId).Select(static member => member.ServerId).ToListAsync(cancellationToken);
        if (also is { } serverId && !members.Contains(serverId))
        {
            members.Add(serverId);
        }

        return members;
    }
}
