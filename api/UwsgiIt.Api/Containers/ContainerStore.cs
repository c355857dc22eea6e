using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Tags;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Api.Containers;

/// <summary>Containers: who may have one, what it may be set to, and what a change makes its host do.</summary>
internal sealed class ContainerStore(StoreContext context, TagStore tags, IOptions<NetworkOptions> network) : Store<Container, ContainerView, ContainerCreate, ContainerPatch>(context)
{
    public override IQueryable<Container> Rows => Db.Containers.Include(static x => x.Tags).Include(static x => x.Links).AsSplitQuery();

    /// <summary>With the names that the legacy root shows beside the ids.</summary>
    public IQueryable<Container> NamedRows => Rows.Include(static x => x.Server).Include(static x => x.Distro).Include(static x => x.CustomDistro);

    public override int RowId(int id) => ContainerUid.RowOf(id);

    public override int PathId(Container row) => ContainerUid.Of(row.Id);

    public override IQueryable<Container> Filter(IQueryable<Container> rows, IQueryCollection query)
    {
        if (QueryText.Int(query, "server") is { } serverId)
        {
            rows = rows.Where(row => row.ServerId == serverId);
        }

        if (QueryText.Int(query, "customer") is { } customerId)
        {
            rows = rows.Where(row => row.CustomerId == customerId);
        }

        if (QueryText.Int(query, "distro") is { } distroId)
        {
            rows = rows.Where(row => row.DistroId == distroId);
        }

        if (QueryText.Of(query, "search") is { } search)
        {
            rows = rows.Where(row => row.Name.Contains(search) || (row.Note != null && row.Note.Contains(search)));
        }

        return QueryText.List(query, "tags") is { } names ? rows.Where(row => row.Tags.Any(tag => names.Contains(tag.Name))) : rows;
    }

    public override async Task<Container> CreateAsync(ContainerCreate body, CancellationToken cancellationToken)
    {
        var customerId = OwnerOf(body.Customer);
        var server = await Db.Servers.FindAsync([body.Server], cancellationToken);
        if (server is null || (!Caller.IsOperator && server.OwnerId != customerId))
        {
            throw Fault.Forbidden("The server is not yours.");
        }

        var name = TextRules.Name("name", body.Name);
        await Capacity.CheckAsync(Db, server.Id, 0, body.Memory, body.Storage, cancellationToken);
        var row = new Container
        {
            Name = name,
            ServerId = server.Id,
            CustomerId = await Db.Customers.AnyAsync(customer => customer.Id == customerId, cancellationToken) ? customerId : throw Fault.Invalid("customer", "is unknown"),
            Memory = body.Memory,
            Storage = body.Storage,
            Note = TextRules.OrNull(TextRules.Lines("note", body.Note)),
            SecretUuid = Guid.NewGuid().ToString(),
        };
        if (body.Distro is > 0 and var distroId)
        {
            row.DistroId = await Db.Distros.AnyAsync(distro => distro.Id == distroId, cancellationToken) ? distroId : throw Fault.Conflict("The distro is unknown.");
        }

        if (body.SshKeys is not null)
        {
            row.SshKeys = SshKeyText.Join(body.SshKeys);
            row.SshKeysUnix = Now;
        }

        row.Tags.AddRange(await tags.ByNameAsync(customerId, body.Tags ?? [], make: true, cancellationToken));
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        if (!ContainerLimits.IsUid(ContainerUid.Of(row.Id)))
        {
            throw Fault.Conflict($"{ContainerUid.Of(row.Id)} would be its uid, which is none that hosts take.");
        }

        row.Server = server;
        return row;
    }

    public override async Task UpdateAsync(Container row, ContainerPatch patch, CancellationToken cancellationToken)
    {
        OnlyOperators(patch.Server is not null, "server");
        OnlyOperators(patch.Customer is not null, "customer");
        OnlyOperators(patch.Dmz is not null, "dmz");
        OnlyOperators(patch.Accounted is not null, "accounted");
        OnlyOperators(patch.MaxAlarms is not null, "max_alarms");
        OnlyOperators(patch.AdminNote is not null, "admin_note");
        OnlyOperators(patch.AdminOrder is not null, "admin_order");
        if (patch is { Memory: not null } or { Storage: not null } && !await OwnsServerAsync(row, cancellationToken))
        {
            throw Fault.Forbidden("memory and storage are for the server's owner");
        }

        await ApplyAsync(row, patch, cancellationToken);
    }

    /// <summary>Applies what is set, without asking who may: the legacy root drops what its caller may not instead of refusing.</summary>
    public async Task ApplyAsync(Container row, ContainerPatch patch, CancellationToken cancellationToken)
    {
        var reboots = ContainerTexts.Apply(row, patch) | await ApplyPlaceAsync(row, patch, cancellationToken) | await ApplyDistrosAsync(row, patch, cancellationToken);
        if (patch.SshKeys is not null)
        {
            row.SshKeys = SshKeyText.Join(patch.SshKeys);
            row.SshKeysUnix = Math.Max(Now, row.SshKeysUnix);
        }

        if (patch.Tags is not null)
        {
            var wanted = await tags.ByNameAsync(row.CustomerId, patch.Tags, make: false, cancellationToken);
            row.Tags.RemoveAll(tag => !wanted.Contains(tag));
            row.Tags.AddRange(wanted.Where(tag => !row.Tags.Contains(tag)).ToList());
        }

        if (patch.Reboot is true)
        {
            row.Reboots++;
            reboots = true;
        }

        if (reboots)
        {
            Reboot(row);
        }

        Touch(row);
        await Db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Moves the time legacy nodes restart by; never back.</summary>
    public void Reboot(Container row) => row.LastRebootUnix = Math.Max(Now, row.LastRebootUnix);

    /// <summary>Names of what it is linked to by now.</summary>
    public async Task ReloadAsync(Container row, CancellationToken cancellationToken)
    {
        await Db.Entry(row).Reference(static x => x.Server).LoadAsync(cancellationToken);
        await Db.Entry(row).Reference(static x => x.Distro).LoadAsync(cancellationToken);
        await Db.Entry(row).Reference(static x => x.CustomDistro).LoadAsync(cancellationToken);
    }

    public Task<bool> OwnsServerAsync(Container row, CancellationToken cancellationToken) => Caller.IsOperator ? Task.FromResult(true) : Db.Servers.AnyAsync(server => server.Id == row.ServerId && server.OwnerId == row.CustomerId, cancellationToken);

    public override async Task DeleteAsync(Container row, CancellationToken cancellationToken)
    {
        if (!await OwnsServerAsync(row, cancellationToken))
        {
            throw Fault.Forbidden("Containers of a shared server are the operator's to delete.");
        }

        if (await Db.Containers.IgnoreQueryFilters().AnyAsync(other => other.CustomDistro!.ContainerId == row.Id && other.Id != row.Id, cancellationToken))
        {
            throw Fault.Conflict("Other containers run distros kept in it.");
        }

        await Db.MetricChunks.Where(chunk => chunk.ContainerId == row.Id).ExecuteDeleteAsync(cancellationToken);
        await base.DeleteAsync(row, cancellationToken);
    }

    protected override ContainerView View(Container row) => new()
    {
        Id = ContainerUid.Of(row.Id),
        Uid = ContainerUid.Of(row.Id),
        Revision = row.Revision,
        Name = row.Name,
        Hostname = ContainerUid.HostnameOf(row.Name),
        Ip = ContainerUid.IpOf(row.Id, network.Value),
        Server = row.ServerId,
        Customer = row.CustomerId,
        Uuid = row.Uuid,
        Memory = row.Memory,
        Storage = row.Storage,
        SshKeys = SshKeyText.Split(row.SshKeys),
        Tags = [.. row.Tags.Select(static tag => tag.Name).Order(StringComparer.Ordinal)],
        Links = [.. row.Links.Select(static link => ContainerUid.Of(link.ToId)).Order()],
        CanRun = row.CanRun,
        LastReboot = row.LastRebootUnix,
        Jid = row.Jid,
        JidDestinations = row.JidDestinations,
        PushoverUser = row.PushoverUser,
        PushoverToken = row.PushoverToken,
        PushoverSound = row.PushoverSound,
        PushbulletToken = row.PushbulletToken,
        SlackWebhook = row.SlackWebhook,
        Webhook = row.Webhook,
        AlarmMail = row.AlarmMail,
        AlarmFrequency = row.AlarmFrequency,
        QuotaThreshold = row.QuotaThreshold,
        MemoryThreshold = row.MemoryThreshold,
        NoFollow = row.NoFollow,
        Note = row.Note,
        CustomDistrosStorage = row.CustomDistrosStorage,
        Distro = row.DistroId,
        CustomDistro = row.CustomDistroId,
        Inodes = row.Inodes,
        Pids = row.Pids,
        CpuWeight = row.CpuWeight,
        CpuPercent = row.CpuPercent,
        DenyByDefault = row.DenyByDefault,
        Dmz = row.Dmz,
        Accounted = row.Accounted,
        MaxAlarms = row.MaxAlarms,
        AdminNote = Caller.IsOperator ? row.AdminNote : null,
        AdminOrder = Caller.IsOperator ? row.AdminOrder : null,
        Created = row.CreatedUnix,
        Modified = row.ModifiedUnix,
    };

    private async Task<bool> ApplyPlaceAsync(Container row, ContainerPatch patch, CancellationToken cancellationToken)
    {
        var (serverId, memory, storage) = (patch.Server ?? row.ServerId, patch.Memory ?? row.Memory, patch.Storage ?? row.Storage);
        var customerId = patch.Customer ?? row.CustomerId;
        if (customerId != row.CustomerId && !await Db.Customers.AnyAsync(customer => customer.Id == customerId, cancellationToken))
        {
            throw Fault.Invalid("customer", "is unknown");
        }

        if (customerId != row.CustomerId)
        {
            // Tags are the old owner's; so may be what is stored in it.
            row.Tags.Clear();
        }

        if (serverId == row.ServerId && memory == row.Memory && storage == row.Storage)
        {
            var moved = customerId != row.CustomerId;
            row.CustomerId = customerId;
            return moved;
        }

        if (memory < Capacity.MinMemory || storage <= 0)
        {
            throw memory < Capacity.MinMemory ? Fault.Invalid("memory", $"is less than {Capacity.MinMemory}") : Fault.Invalid("storage", "is not positive");
        }

        if (serverId != row.ServerId && !await Db.Servers.AnyAsync(server => server.Id == serverId, cancellationToken))
        {
            throw Fault.Invalid("server", "is unknown");
        }

        if (serverId != row.ServerId || memory > row.Memory || storage > row.Storage)
        {
            await Capacity.CheckAsync(Db, serverId, row.Id, memory, storage, cancellationToken);
        }

        if (serverId != row.ServerId)
        {
            // Public ports belong to the old server's address.
            Db.Portmaps.RemoveRange(await Db.Portmaps.Where(portmap => portmap.ContainerId == row.Id).ToListAsync(cancellationToken));
        }

        (row.ServerId, row.Memory, row.Storage, row.CustomerId) = (serverId, memory, storage, customerId);
        return true;
    }

    private async Task<bool> ApplyDistrosAsync(Container row, ContainerPatch patch, CancellationToken cancellationToken)
    {
        var changed = false;
        if (patch.Distro is { } distroId && distroId != row.DistroId)
        {
            row.DistroId = distroId > 0 && await Db.Distros.AnyAsync(distro => distro.Id == distroId, cancellationToken) ? distroId : throw Fault.Conflict("The distro is unknown.");
            changed = true;
        }

        if (patch.CustomDistro is { } customId && (customId == 0 ? null : (int?)customId) != row.CustomDistroId)
        {
            if (customId != 0 && !await Db.CustomDistros.AnyAsync(distro => distro.Id == customId && distro.ContainerId != row.Id && distro.Container!.CustomerId == row.CustomerId && distro.Container.ServerId == row.ServerId, cancellationToken))
            {
                throw Fault.Conflict("The custom distro is not in another container of the same customer and server.");
            }

            row.CustomDistroId = customId == 0 ? null : customId;
            changed = true;
        }

        return changed;
    }
}
