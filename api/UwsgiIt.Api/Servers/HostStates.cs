using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Customers;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>What one server's agents need to know, whole. The version is read first: the state is of that version or a later one.</summary>
internal sealed class HostStates(ApiContext db, IOptions<NetworkOptions> network, TimeProvider time)
{
    // RFC 5798, 5.2.4: 255 is the address's owner's, which none of ours is.
    private const int MaxPriority = 254;

    public async Task<HostState> RouterAsync(int serverId, CancellationToken cancellationToken)
    {
        var version = await db.CurrentVersionAsync(cancellationToken);
        var server = await db.Servers.AsNoTracking().FirstAsync(x => x.Id == serverId, cancellationToken);
        var customerIds = await db.Containers.Where(x => x.ServerId == serverId).Select(static x => x.CustomerId).Distinct().OrderBy(static x => x).ToListAsync(cancellationToken);
        var keys = await db.Customers.AsNoTracking().Where(x => customerIds.Contains(x.Id)).OrderBy(static x => x.Id).Select(static x => new { x.Id, x.PublicKey }).ToListAsync(cancellationToken);
        var domains = (await db.Domains.AsNoTracking().Where(x => customerIds.Contains(x.CustomerId)).OrderBy(static x => x.Name).Select(static x => new { x.CustomerId, x.Name }).ToListAsync(cancellationToken)).ToLookup(static x => x.CustomerId, static x => x.Name);
        var certificates = await db.Certificates.AsNoTracking().Where(x => customerIds.Contains(x.CustomerId)).OrderBy(static x => x.Id).ToListAsync(cancellationToken);
        return new HostState
        {
            Version = version,
            Server = server.Id,
            ServerName = server.Name,
            Confirmed = IsConfirmed(server),
            Keys = [.. keys.Select(x => new HostKey { Customer = x.Id, PublicKey = x.PublicKey, Domains = [.. domains[x.Id]] })],
            // A name that has gone, or has another owner by now, is not served with what its old owner gave.
            Certificates = [.. certificates.Select(x => new HostCertificate { Id = x.Id, Names = [.. x.Names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(name => domains[x.CustomerId].Any(domain => CertificateStore.Covers(domain, name)))], Chain = x.Chain, PrivateKey = x.PrivateKey }).Where(static x => x.Names.Count > 0)],
        };
    }

    public async Task<HostContainers> ContainersAsync(int serverId, CancellationToken cancellationToken)
    {
        var version = await db.CurrentVersionAsync(cancellationToken);
        var server = await db.Servers.AsNoTracking().FirstAsync(x => x.Id == serverId, cancellationToken);
        var rows = await Runnable(serverId).AsSplitQuery().Include(static x => x.Customer).Include(static x => x.Distro).Include(static x => x.CustomDistro).Include(static x => x.Links).OrderBy(static x => x.Id).ToListAsync(cancellationToken);
        var rules = await RulesAsync(serverId, cancellationToken);
        var loopboxes = await db.Loopboxes.AsNoTracking().Where(x => x.Container!.ServerId == serverId).OrderBy(static x => x.Id).ToListAsync(cancellationToken);
        var portmaps = await db.Portmaps.AsNoTracking().Where(x => x.ServerId == serverId).OrderBy(static x => x.Id).ToListAsync(cancellationToken);
        var services = await db.CustomServices.AsNoTracking().Where(x => x.ServerId == serverId).OrderBy(static x => x.Id).Join(db.Customers, static x => x.CustomerId, static x => x.Id, static (service, customer) => new { service.Id, service.CustomerId, service.Name, service.Config, customer.PrivateKey }).ToListAsync(cancellationToken);
        var legions = await db.Legions.AsNoTracking().Include(static x => x.Members).ThenInclude(static x => x.Server).Where(x => x.Members.Any(member => member.ServerId == serverId)).OrderBy(static x => x.Id).ToListAsync(cancellationToken);
        var floating = await db.FloatingAddresses.AsNoTracking().Where(x => x.LegionId == null ? x.ServerId == serverId : db.LegionMembers.Any(member => member.LegionId == x.LegionId && member.ServerId == serverId)).OrderBy(static x => x.Id).ToListAsync(cancellationToken);
        return new HostContainers
        {
            Version = version,
            Server = server.Id,
            ServerName = server.Name,
            Confirmed = IsConfirmed(server),
            Containers = [.. rows.Select(x => View(x, rules[x.Id]))],
            Loopboxes = [.. loopboxes.Select(static x => new HostLoopbox { Id = x.Id, Uid = ContainerUid.Of(x.ContainerId), Filename = x.Filename, Mountpoint = x.Mountpoint, Ro = x.ReadOnly })],
            Portmaps = [.. portmaps.Select(x => new HostPortmap { Proto = x.Proto, PublicIp = server.Address, PublicPort = x.PublicPort, Uid = ContainerUid.Of(x.ContainerId), PrivateIp = ContainerUid.IpOf(x.ContainerId, network.Value), PrivatePort = x.PrivatePort })],
            Remotes = await RemotesAsync(serverId, cancellationToken),
            Services = [.. services.Select(static x => new HostService { Id = x.Id, Customer = x.CustomerId, Name = x.Name, Config = x.Config, PrivateKey = x.PrivateKey })],
            Legions = [.. legions.Select(x => View(x, serverId, floating.Where(address => address.LegionId == x.Id).Select(static address => address.Address)))],
            Floating = [.. floating.Where(address => address.LegionId is null).Select(static address => address.Address)],
            Servers = await db.Servers.Where(x => x.Id != serverId).OrderBy(static x => x.Id).Select(static x => x.Address).ToListAsync(cancellationToken),
            CollectedFiles = await db.CollectedFiles.OrderBy(static x => x.Id).Select(static x => x.Filename).ToListAsync(cancellationToken),
        };
    }

    /// <summary>One container, or null when it is not this server's or cannot run.</summary>
    public async Task<HostContainer?> ContainerAsync(int serverId, int containerId, CancellationToken cancellationToken)
    {
        var row = await Runnable(serverId).Include(static x => x.Customer).Include(static x => x.Distro).Include(static x => x.CustomDistro).Include(static x => x.Links).FirstOrDefaultAsync(x => x.Id == containerId, cancellationToken);
        return row is null ? null : View(row, (await RulesAsync(serverId, cancellationToken))[containerId]);
    }

    /// <summary>Containers with a distro and keys: the others are not shown to hosts.</summary>
    public IQueryable<Container> Runnable(int serverId) => db.Containers.AsNoTracking().Where(x => x.ServerId == serverId && x.DistroId != null && x.SshKeys != "");

    private static HostLegion View(Legion x, int serverId, IEnumerable<string> floating)
    {
        var own = x.Members.First(member => member.ServerId == serverId);
        return new HostLegion
        {
            Id = x.Id,
            Name = x.Name,
            Address = x.Address,
            Key = x.Key,
            Quorum = x.Quorum,
            Weight = own.Weight,
            Priority = Math.Max(1, MaxPriority - x.Members.Count(member => (member.Weight, -member.ServerId).CompareTo((own.Weight, -serverId)) > 0)),
            Floating = [.. floating],
            Members = [.. x.Members.Where(member => member.ServerId != serverId).Select(static member => member.Server!.Address)],
        };
    }

    private bool IsConfirmed(Server server) => server.RemovalConfirmedUntilUnix > time.GetUtcNow().ToUnixTimeSeconds();

    private HostContainer View(Container x, IEnumerable<HostRule> rules) => new()
    {
        Uid = ContainerUid.Of(x.Id),
        Name = x.Name,
        Hostname = ContainerUid.HostnameOf(x.Name),
        Ip = ContainerUid.IpOf(x.Id, network.Value),
        Customer = x.CustomerId,
        PrivateKey = x.Customer!.PrivateKey,
        Distro = x.Distro!.Path,
        CustomDistro = x.CustomDistro?.Path,
        CustomDistroStore = x.CustomDistro is { } custom ? ContainerUid.Of(custom.ContainerId) : null,
        MemoryBytes = x.Memory * 1_048_576L,
        QuotaBytes = x.Storage * 1_048_576L,
        Inodes = x.Inodes,
        Pids = x.Pids,
        CpuWeight = x.CpuWeight,
        CpuPercent = x.CpuPercent,
        SshKeys = SshKeyText.Split(x.SshKeys),
        NoFollow = x.NoFollow,
        Dmz = x.Dmz,
        DenyByDefault = x.DenyByDefault,
        QuotaThreshold = x.QuotaThreshold,
        MemoryThreshold = x.MemoryThreshold,
        AlarmFrequency = x.AlarmFrequency,
        Alarms = new HostAlarmTargets
        {
            Jid = x.Jid,
            JidSecret = x.JidSecret,
            JidDestinations = x.JidDestinations,
            PushoverUser = x.PushoverUser,
            PushoverToken = x.PushoverToken,
            PushoverSound = x.PushoverSound,
            PushbulletToken = x.PushbulletToken,
            SlackWebhook = x.SlackWebhook,
            Webhook = x.Webhook,
            Mail = x.AlarmMail,
        },
        Links = [.. x.Links.Select(static link => ContainerUid.Of(link.ToId)).Order()],
        Rules = [.. rules],
        Reboots = x.Reboots,
        CustomDistrosStorage = x.CustomDistrosStorage,
    };

    private async Task<IReadOnlyList<HostRemote>> RemotesAsync(int serverId, CancellationToken cancellationToken)
    {
        var remotes = await db.Links.AsNoTracking().Where(x => x.Container!.ServerId == serverId && x.To!.ServerId != serverId).Select(static x => new { x.ToId, x.To!.Server!.Address, x.To.Server.TunnelPort, x.To.Server.TunnelKey, x.To.Server.WireGuardPort }).Distinct().OrderBy(static x => x.ToId).ToListAsync(cancellationToken);
        return [.. remotes.Select(static x => new HostRemote { Uid = ContainerUid.Of(x.ToId), Address = x.Address, Port = x.TunnelPort, PublicKey = x.TunnelKey, WireGuardPort = x.WireGuardPort })];
    }

    /// <summary>Rules by container: first those of links, then the operator's by priority.</summary>
    private async Task<ILookup<int, HostRule>> RulesAsync(int serverId, CancellationToken cancellationToken)
    {
        var links = await db.Links.AsNoTracking().Where(x => x.Container!.ServerId == serverId).OrderBy(static x => x.Id).Select(static x => new { x.ContainerId, x.ToId, Other = x.To!.Server!.Address, OtherPort = x.To.Server.TunnelPort, OtherServer = x.To.ServerId }).ToListAsync(cancellationToken);
        var own = await db.Rules.AsNoTracking().Where(x => x.Container!.ServerId == serverId).OrderByDescending(static x => x.Priority).ThenBy(static x => x.Id).ToListAsync(cancellationToken);
        var all = new List<(int Container, HostRule Rule)>();
        foreach (var link in links)
        {
            var (mine, theirs) = ($"{ContainerUid.IpOf(link.ContainerId, network.Value)}/32", $"{ContainerUid.IpOf(link.ToId, network.Value)}/32");
            if (link.OtherServer == serverId)
            {
                continue; // The host makes both rules itself, from both ends' links.
            }

            all.Add((link.ContainerId, new HostRule { Direction = "in", Source = theirs, Destination = mine, Action = "allow" }));
            all.Add((link.ContainerId, new HostRule { Direction = "out", Source = mine, Destination = theirs, Action = "gateway", Target = new IPEndPoint(IPAddress.Parse(link.Other), link.OtherPort).ToString() }));
        }

        all.AddRange(own.Select(static x => (x.ContainerId, new HostRule { Direction = x.Direction, Source = x.Source, Destination = x.Destination, Action = x.Action, Target = x.Target })));
        return all.ToLookup(static x => x.Container, static x => x.Rule);
    }
}
