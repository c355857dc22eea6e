using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Containers;

/// <summary>Public ports of dedicated servers.</summary>
internal sealed class PortmapStore(StoreContext context, IOptions<NetworkOptions> network) : Store<Portmap, PortmapView, PortmapCreate, NoBody>(context)
{
    private const int MinPort = 1024;
    private const int MaxPort = 65_535;

    // The original's own listeners on the host.
    private static readonly int[] ReservedPorts = [1999, 3022, 3026];

    public override IQueryable<Portmap> Rows => Db.Portmaps.Include(static x => x.Container).ThenInclude(static x => x!.Server);

    public override IQueryable<Portmap> Filter(IQueryable<Portmap> rows, IQueryCollection query) =>
        QueryText.Int(query, "server") is { } serverId ? rows.Where(row => row.ServerId == serverId) : rows;

    public override async Task<Portmap> CreateAsync(PortmapCreate body, CancellationToken cancellationToken)
    {
        var containerId = ContainerUid.RowOf(body.Container);
        var container = await Db.Containers.Include(static x => x.Server).FirstOrDefaultAsync(x => x.Id == containerId, cancellationToken) ?? throw Fault.Invalid("container", "is unknown");
        if (!Caller.IsOperator && container.Server!.OwnerId != container.CustomerId)
        {
            throw Fault.Forbidden("The container's server is not yours.");
        }

        if (body.Proto is not ("tcp" or "udp"))
        {
            throw Fault.Invalid("proto", "is neither tcp nor udp");
        }

        TextRules.InRange("public_port", body.PublicPort, MinPort, MaxPort);
        TextRules.InRange("private_port", body.PrivatePort, MinPort, MaxPort);
        if (ReservedPorts.Contains(body.PublicPort))
        {
            throw Fault.Invalid("public_port", "is the host's own");
        }

        var taken = await Db.Portmaps.IgnoreQueryFilters().AnyAsync(
            other => other.Proto == body.Proto && ((other.ServerId == container.ServerId && other.PublicPort == body.PublicPort) || (other.ContainerId == container.Id && other.PrivatePort == body.PrivatePort)), cancellationToken);
        if (taken)
        {
            throw Fault.Conflict("The port is taken.");
        }

        var row = new Portmap { Proto = body.Proto, PublicPort = body.PublicPort, PrivatePort = body.PrivatePort, ContainerId = container.Id, Container = container, ServerId = container.ServerId };
        Db.Add(row);
        Changed(container.Server!);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override Task DeleteAsync(Portmap row, CancellationToken cancellationToken)
    {
        Changed(row.Container!.Server!);
        return base.DeleteAsync(row, cancellationToken);
    }

    protected override PortmapView View(Portmap row) => new()
    {
        Id = row.Id,
        Revision = row.Revision,
        Proto = row.Proto,
        PublicPort = row.PublicPort,
        PrivatePort = row.PrivatePort,
        Container = ContainerUid.Of(row.ContainerId),
        PublicIp = row.Container!.Server!.Address,
        PrivateIp = ContainerUid.IpOf(row.ContainerId, network.Value),
        Created = row.CreatedUnix,
        Modified = row.ModifiedUnix,
    };

    private void Changed(Servers.Server server) => server.PortmapsUnix = Math.Max(Now, server.PortmapsUnix);
}
