using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Alarms;
using UwsgiIt.Api.Changes;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Customers;
using UwsgiIt.Api.Distros;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Loopboxes;
using UwsgiIt.Api.Servers;
using UwsgiIt.Api.Tags;

namespace UwsgiIt.Api.Storage;

/// <summary>
/// The one place that keeps customers apart: every query of a customer's context carries these conditions, whoever wrote it. What must see
/// everybody's rows from a customer's request (is this name taken?) says so with <c>IgnoreQueryFilters</c>.
/// </summary>
internal static class TenantFilter
{
    /// <summary>Rows that are nobody's: shared lists, and what only unrestricted callers reach. The unit test holds every entity to this list or to a filter.</summary>
    public static readonly IReadOnlySet<Type> Shared = new HashSet<Type>
    {
        typeof(Server), typeof(Datacenter), typeof(LegionMember), typeof(PrivilegedClient), typeof(CollectedFile), typeof(CollectedValue), typeof(Authority), typeof(Distro),
        typeof(News.NewsItem), typeof(IdempotencyKey), typeof(Metrics.MetricChunk),
    };

    public static void Apply(ModelBuilder model, ApiContext context)
    {
        model.Entity<Customer>().HasQueryFilter(x => x.Id == context.TenantCustomerId);
        model.Entity<CustomerAttribute>().HasQueryFilter(x => x.CustomerId == context.TenantCustomerId);
        model.Entity<User>().HasQueryFilter(x => x.CustomerId == context.TenantCustomerId);
        model.Entity<Token>().HasQueryFilter(x => x.CustomerId == context.TenantCustomerId);
        model.Entity<Certificate>().HasQueryFilter(x => x.CustomerId == context.TenantCustomerId);
        model.Entity<Container>().HasQueryFilter(x => x.CustomerId == context.TenantCustomerId);
        model.Entity<ContainerLink>().HasQueryFilter(x => x.Container!.CustomerId == context.TenantCustomerId);
        model.Entity<FirewallRule>().HasQueryFilter(x => x.Container!.CustomerId == context.TenantCustomerId);
        model.Entity<Portmap>().HasQueryFilter(x => x.Container!.CustomerId == context.TenantCustomerId);
        model.Entity<CustomDistro>().HasQueryFilter(x => x.Container!.CustomerId == context.TenantCustomerId);
        model.Entity<Loopbox>().HasQueryFilter(x => x.Container!.CustomerId == context.TenantCustomerId);
        model.Entity<Alarm>().HasQueryFilter(x => x.Container!.CustomerId == context.TenantCustomerId);
        model.Entity<Domain>().HasQueryFilter(x => x.CustomerId == context.TenantCustomerId);
        model.Entity<Tag>().HasQueryFilter(x => x.CustomerId == context.TenantCustomerId);
        model.Entity<CustomService>().HasQueryFilter(x => x.CustomerId == context.TenantCustomerId);
        model.Entity<Legion>().HasQueryFilter(x => x.CustomerId == context.TenantCustomerId);
        model.Entity<FloatingAddress>().HasQueryFilter(x => x.CustomerId == context.TenantCustomerId);
        model.Entity<Change>().HasQueryFilter(x => x.CustomerId == context.TenantCustomerId);
        model.Entity<AuditEntry>().HasQueryFilter(x => x.CustomerId == context.TenantCustomerId);
    }
}
