using System.Net;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Containers;

/// <summary>Firewall rules of containers; operators write them, owners read them.</summary>
internal sealed class RuleStore(StoreContext context, ContainerStore containers) : Store<FirewallRule, RuleView, RuleCreate, RulePatch>(context)
{
    public override IQueryable<FirewallRule> Rows => Db.Rules;

    public override IQueryable<FirewallRule> Filter(IQueryable<FirewallRule> rows, IQueryCollection query) =>
        QueryText.Int(query, "container") is { } uid ? rows.Where(row => row.ContainerId == ContainerUid.RowOf(uid)) : rows;

    public override async Task<FirewallRule> CreateAsync(RuleCreate body, CancellationToken cancellationToken)
    {
        var container = await containers.FindAsync(body.Container, cancellationToken) ?? throw Fault.Invalid("container", "is unknown");
        var row = new FirewallRule
        {
            ContainerId = container.Id,
            Direction = OneOf("direction", body.Direction, "in", "out"),
            Source = Network("source", body.Source),
            Destination = Network("destination", body.Destination),
            Action = OneOf("action", body.Action, "allow", "deny", "gateway"),
            Target = body.Target,
            Priority = body.Priority ?? 0,
            Note = TextRules.OrNull(TextRules.Lines("note", body.Note)),
        };
        CheckTarget(row);
        Db.Add(row);
        await Db.SaveChangesAsync(cancellationToken);
        return row;
    }

    public override Task UpdateAsync(FirewallRule row, RulePatch patch, CancellationToken cancellationToken)
    {
        row.Direction = patch.Direction is null ? row.Direction : OneOf("direction", patch.Direction, "in", "out");
        row.Source = patch.Source is null ? row.Source : Network("source", patch.Source);
        row.Destination = patch.Destination is null ? row.Destination : Network("destination", patch.Destination);
        row.Action = patch.Action is null ? row.Action : OneOf("action", patch.Action, "allow", "deny", "gateway");
        row.Target = patch.Target is null ? row.Target : TextRules.OrNull(patch.Target);
        row.Priority = patch.Priority ?? row.Priority;
        row.Note = patch.Note is null ? row.Note : TextRules.OrNull(TextRules.Lines("note", patch.Note));
        CheckTarget(row);
        Touch(row);
        return Db.SaveChangesAsync(cancellationToken);
    }

    protected override RuleView View(FirewallRule row) => new()
    {
        Id = row.Id,
        Revision = row.Revision,
        Container = ContainerUid.Of(row.ContainerId),
        Direction = row.Direction,
        Source = row.Source,
        Destination = row.Destination,
        Action = row.Action,
        Target = row.Target,
        Priority = row.Priority,
        Note = row.Note,
        Uuid = row.Uuid,
        Created = row.CreatedUnix,
        Modified = row.ModifiedUnix,
    };

    private static string OneOf(string field, string value, params ReadOnlySpan<string> words) => words.Contains(value) ? value : throw Fault.Invalid(field, "is none of its words");

    private static string Network(string field, string value) =>
        (IPNetwork.TryParse(value, out var network) && network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork) || (IPAddress.TryParse(value, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork) ? value : throw Fault.Invalid(field, "is no IPv4 address or network");

    private static void CheckTarget(FirewallRule row)
    {
        if (row.Action == "gateway" ? !IPEndPoint.TryParse(row.Target ?? "", out var target) || target.Port == 0 : row.Target is not null)
        {
            throw Fault.Invalid("target", "is an address:port, with gateway and only then");
        }
    }
}
