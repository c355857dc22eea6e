using System.Net;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Servers;

/// <summary>Physical hosts: operators make them, customers see those dedicated to them.</summary>
internal sealed class ServerStore(StoreContext context) : Store<Server, ServerView, ServerCreate, ServerPatch>(context)
{
    public override IQueryable<Server> Rows => Caller.IsOperator || Caller.ServerId is not null ? Db.Servers : Db.Servers.Where(server => server.OwnerId == Caller.CustomerId);

    public override IQueryable<Server> Filter(IQueryable<Server> rows, IQueryCollection query) => QueryText.Int(query, "datacenter") is { } id ? rows.Where(row => row.DatacenterId == id) : rows;

    public override async Task<Server> CreateAsync(ServerCreate body, CancellationToken cancellationToken)
    {
        var row = new Server
        {
            Name = TextRules.Name("name", body.Name),
            Address = Address(body.Address),
            Memory = TextRules.InRange("memory", body.Memory, 0, int.MaxValue),
            Storage = TextRules.InRange("storage", body.Storage, 0, int.MaxValue),
            Hd = TextRules.Line("hd", body.Hd) ?? "",
            EtcHosts = TextRules.Lines("etc_hosts", body.EtcHosts) ?? "",
            EtcResolvConf = TextRules.Lines("etc_resolv_conf", body.EtcResolvConf) ?? "",
            Weight = body.Weight ?? 9999,
            Ssd = body.Ssd ?? false,
            Note = TextRules.OrNull(TextRules.Lines("note", body.Note)),
            OwnerId = await KnownOwnerAsync(body.Owner, cancellationToken),
            DatacenterId = await KnownDatacenterAsync(body.Datacenter, cancellationToken),
        };
        await CheckFreeAsync(row, cancellationToken);
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override async Task UpdateAsync(Server row, ServerPatch patch, CancellationToken cancellationToken)
    {
        row.Name = patch.Name is null ? row.Name : TextRules.Name("name", patch.Name);
        row.Address = patch.Address is null ? row.Address : Address(patch.Address);
        row.Hd = TextRules.Line("hd", patch.Hd) ?? row.Hd;
        row.EtcHosts = TextRules.Lines("etc_hosts", patch.EtcHosts) ?? row.EtcHosts;
        row.EtcResolvConf = TextRules.Lines("etc_resolv_conf", patch.EtcResolvConf) ?? row.EtcResolvConf;
        row.Weight = patch.Weight ?? row.Weight;
        row.Ssd = patch.Ssd ?? row.Ssd;
        row.Note = patch.Note is null ? row.Note : TextRules.OrNull(TextRules.Lines("note", patch.Note));
        row.OwnerId = patch.Owner is null ? row.OwnerId : await KnownOwnerAsync(patch.Owner, cancellationToken);
        row.DatacenterId = patch.Datacenter is null ? row.DatacenterId : await KnownDatacenterAsync(patch.Datacenter, cancellationToken);
        row.CertificateFingerprint = patch.Unbind is true ? null : row.CertificateFingerprint;
        row.PreviousFingerprint = patch.Unbind is true ? null : row.PreviousFingerprint;
        await ResizeAsync(row, patch, cancellationToken);
        await CheckFreeAsync(row, cancellationToken);
        await Db.SaveChangesAsync(cancellationToken);
    }

    public override async Task DeleteAsync(Server row, CancellationToken cancellationToken)
    {
        if (await Db.Containers.AnyAsync(x => x.ServerId == row.Id, cancellationToken) || await Db.LegionMembers.AnyAsync(x => x.ServerId == row.Id, cancellationToken) || await Db.FloatingAddresses.AnyAsync(x => x.ServerId == row.Id, cancellationToken) || await Db.CustomServices.AnyAsync(x => x.ServerId == row.Id, cancellationToken))
        {
            throw Fault.Conflict("Containers, legions, addresses or services are on it.");
        }

        await base.DeleteAsync(row, cancellationToken);
    }

    public override async Task<IReadOnlyList<ServerView>> ViewsAsync(IReadOnlyList<Server> rows, CancellationToken cancellationToken)
    {
        var ids = rows.Select(static row => row.Id).ToList();
        var used = await Db.Containers.IgnoreQueryFilters().Where(container => ids.Contains(container.ServerId)).GroupBy(static container => container.ServerId).Select(static group => new { group.Key, Memory = group.Sum(static container => (long)container.Memory), Storage = group.Sum(static container => (long)container.Storage) }).ToDictionaryAsync(static group => group.Key, cancellationToken);
        return [.. rows.Select(row => new ServerView
        {
            Id = row.Id,
            Revision = row.Revision,
            Name = row.Name,
            Address = row.Address,
            Memory = row.Memory,
            Storage = row.Storage,
            FreeMemory = (int)(row.Memory - (used.GetValueOrDefault(row.Id)?.Memory ?? 0)),
            FreeStorage = (int)(row.Storage - (used.GetValueOrDefault(row.Id)?.Storage ?? 0)),
            Uuid = row.Uuid,
            Owner = row.OwnerId,
            Datacenter = row.DatacenterId,
            Hd = row.Hd,
            EtcHosts = row.EtcHosts,
            EtcResolvConf = row.EtcResolvConf,
            Weight = row.Weight,
            Ssd = row.Ssd,
            Note = Caller.IsOperator ? row.Note : null,
            CertificateFingerprint = Caller.IsOperator ? row.CertificateFingerprint : null,
            ContainerdVersion = row.ContainerdVersion,
            RouterVersion = row.RouterVersion,
            ContainerdSeen = row.ContainerdSeenUnix,
            RouterSeen = row.RouterSeenUnix,
            Created = row.CreatedUnix,
            Modified = row.ModifiedUnix,
        })];
    }

    internal static string Address(string text) => IPAddress.TryParse(text, out var address) ? address.ToString() : throw Fault.Invalid("address", "is no IP address");

    // A server never shrinks below what it has given away.
    private async Task ResizeAsync(Server row, ServerPatch patch, CancellationToken cancellationToken)
    {
        if (patch.Memory is null && patch.Storage is null)
        {
            return;
        }

        var (freeMemory, freeStorage) = await Containers.Capacity.FreeAsync(Db, row.Id, 0, cancellationToken);
        var (memory, storage) = (patch.Memory ?? row.Memory, patch.Storage ?? row.Storage);
        if (memory < row.Memory - freeMemory || storage < row.Storage - freeStorage)
        {
            throw Fault.Conflict("More than that is given away already.");
        }

        (row.Memory, row.Storage) = (memory, storage);
    }

    private async Task<int?> KnownOwnerAsync(int? id, CancellationToken cancellationToken) =>
        id is null or 0 ? null : await Db.Customers.AnyAsync(customer => customer.Id == id, cancellationToken) ? id : throw Fault.Invalid("owner", "is unknown");

    private async Task<int?> KnownDatacenterAsync(int? id, CancellationToken cancellationToken) =>
        id is null or 0 ? null : await Db.Datacenters.AnyAsync(datacenter => datacenter.Id == id, cancellationToken) ? id : throw Fault.Invalid("datacenter", "is unknown");

    private async Task CheckFreeAsync(Server row, CancellationToken cancellationToken)
    {
        if (await Db.Servers.AnyAsync(other => other.Id != row.Id && (other.Name == row.Name || other.Address == row.Address), cancellationToken))
        {
            throw Fault.Conflict("The name or the address is taken.");
        }
    }
}
