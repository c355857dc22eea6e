using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Alarms;
using UwsgiIt.Api.Changes;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Customers;
using UwsgiIt.Api.Distros;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Loopboxes;
using UwsgiIt.Api.Metrics;
using UwsgiIt.Api.News;
using UwsgiIt.Api.Servers;
using UwsgiIt.Api.Tags;

namespace UwsgiIt.Api.Storage;

/// <summary>The database as one tenant sees it. What is saved is recorded for feed and audit log, see <see cref="ChangeRecorder"/>.</summary>
internal abstract class ApiContext(DbContextOptions options, Tenant tenant, Seal seal) : DbContext(options)
{
    public Seal Seal => seal;

    public bool Unrestricted => tenant.Unrestricted;

    public int TenantCustomerId => tenant.CustomerId;

    /// <summary>What this context has saved, for feed and audit log.</summary>
    public ChangeRecorder Recorder { get; } = new();

    public DbSet<Customer> Customers => Set<Customer>();

    public DbSet<CustomerAttribute> CustomerAttributes => Set<CustomerAttribute>();

    public DbSet<User> Users => Set<User>();

    public DbSet<Token> Tokens => Set<Token>();

    public DbSet<Certificate> Certificates => Set<Certificate>();

    public DbSet<Datacenter> Datacenters => Set<Datacenter>();

    public DbSet<Server> Servers => Set<Server>();

    public DbSet<Legion> Legions => Set<Legion>();

    public DbSet<LegionMember> LegionMembers => Set<LegionMember>();

    public DbSet<FloatingAddress> FloatingAddresses => Set<FloatingAddress>();

    public DbSet<CustomService> CustomServices => Set<CustomService>();

    public DbSet<PrivilegedClient> PrivilegedClients => Set<PrivilegedClient>();

    public DbSet<CollectedFile> CollectedFiles => Set<CollectedFile>();

    public DbSet<CollectedValue> CollectedValues => Set<CollectedValue>();

    public DbSet<Authority> Authorities => Set<Authority>();

    public DbSet<Distro> Distros => Set<Distro>();

    public DbSet<CustomDistro> CustomDistros => Set<CustomDistro>();

    public DbSet<Container> Containers => Set<Container>();

    public DbSet<ContainerLink> Links => Set<ContainerLink>();

    public DbSet<FirewallRule> Rules => Set<FirewallRule>();

    public DbSet<Portmap> Portmaps => Set<Portmap>();

    public DbSet<Loopbox> Loopboxes => Set<Loopbox>();

    public DbSet<Alarm> Alarms => Set<Alarm>();

    public DbSet<Domain> Domains => Set<Domain>();

    public DbSet<Tag> Tags => Set<Tag>();

    public DbSet<NewsItem> News => Set<NewsItem>();

    public DbSet<Change> Changes => Set<Change>();

    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    public DbSet<IdempotencyKey> IdempotencyKeys => Set<IdempotencyKey>();

    public DbSet<MetricChunk> MetricChunks => Set<MetricChunk>();

    /// <summary>Begins a transaction that no other writer runs beside, in this process or another. Disposing without commit undoes it.</summary>
    public abstract Task<IAsyncDisposable> BeginExclusiveAsync(CancellationToken cancellationToken);

    /// <summary>Begins a transaction for rows that no feed and no rule looks at; runs beside others where the database can.</summary>
    public abstract Task<IAsyncDisposable> BeginAppendAsync(CancellationToken cancellationToken);

    /// <summary>The newest version of the feed.</summary>
    public async Task<long> CurrentVersionAsync(CancellationToken cancellationToken) =>
        await Changes.IgnoreQueryFilters().MaxAsync(static change => (long?)change.Version, cancellationToken) ?? 0;

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        Recorder.Capture(ChangeTracker);
        var saved = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        Recorder.Saved();
        return saved;
    }

    public override int SaveChanges(bool acceptAllChangesOnSuccess) => throw new NotSupportedException("Use SaveChangesAsync: it records changes.");

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ApiModel.Build(modelBuilder);
        SealedColumns.Apply(modelBuilder, seal);
        if (!Unrestricted)
        {
            TenantFilter.Apply(modelBuilder, this);
        }
    }
}
