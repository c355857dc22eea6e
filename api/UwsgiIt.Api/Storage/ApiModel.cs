using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Alarms;
using UwsgiIt.Api.Changes;
using UwsgiIt.Api.Containers;
using UwsgiIt.Api.Customers;
using UwsgiIt.Api.Distros;
using UwsgiIt.Api.Domains;
using UwsgiIt.Api.Loopboxes;
using UwsgiIt.Api.Metrics;
using UwsgiIt.Api.Servers;
using UwsgiIt.Api.Tags;

namespace UwsgiIt.Api.Storage;

/// <summary>Keys, uniqueness and what goes with what. Deleting something in use is refused; only what lives inside a container goes with it.</summary>
internal static class ApiModel
{
    public static void Build(ModelBuilder model)
    {
        Customers(model);
        Hosts(model);
        Containers(model);
        model.Entity<Domain>(domain =>
        {
            domain.HasIndex(static x => x.Name).IsUnique();
            domain.HasIndex(static x => x.Uuid).IsUnique();
            domain.HasOne(static x => x.Customer).WithMany().HasForeignKey(static x => x.CustomerId).OnDelete(DeleteBehavior.Restrict);
            domain.HasMany(static x => x.Tags).WithMany().UsingEntity("DomainTags");
        });
        model.Entity<Tag>(tag =>
        {
            tag.HasIndex(static x => new { x.CustomerId, x.Name }).IsUnique();
            tag.HasOne<Customer>().WithMany().HasForeignKey(static x => x.CustomerId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<Change>(change =>
        {
            change.HasKey(static x => x.Version);
            change.Property(static x => x.Version).ValueGeneratedNever();
            change.HasIndex(static x => new { x.CustomerId, x.Version });
            change.HasIndex(static x => new { x.ServerId, x.Version });
            change.HasIndex(static x => x.Transaction);
        });
        model.Entity<AuditEntry>().HasIndex(static x => new { x.CustomerId, x.Id });
        model.Entity<IdempotencyKey>().HasIndex(static x => x.Unix);
        model.Entity<MetricChunk>(chunk =>
        {
            chunk.HasKey(static x => new { x.Resolution, x.ContainerId, x.DomainId, x.Metric, x.Start });
            chunk.HasIndex(static x => new { x.Resolution, x.Start });
            chunk.HasIndex(static x => new { x.DomainId, x.Metric, x.Start });
        });
    }

    private static void Customers(ModelBuilder model)
    {
        model.Entity<Customer>(customer =>
        {
            customer.HasIndex(static x => x.Name).IsUnique();
            customer.HasIndex(static x => x.Uuid).IsUnique();
        });
        model.Entity<User>(user =>
        {
            user.HasIndex(static x => x.Name).IsUnique();
            user.HasOne(static x => x.Customer).WithMany(static x => x.Users).HasForeignKey(static x => x.CustomerId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<Token>(token =>
        {
            token.HasIndex(static x => x.Hash).IsUnique();
            token.HasOne(static x => x.User).WithMany().HasForeignKey(static x => x.UserId).OnDelete(DeleteBehavior.Cascade);
            token.HasIndex(static x => x.CustomerId);
        });
        model.Entity<Certificate>(certificate =>
        {
            certificate.HasIndex(static x => new { x.CustomerId, x.Name }).IsUnique();
            certificate.HasOne<Customer>().WithMany().HasForeignKey(static x => x.CustomerId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<CustomerAttribute>(attribute =>
        {
            attribute.HasIndex(static x => new { x.CustomerId, x.Namespace, x.Key }).IsUnique();
            attribute.HasOne<Customer>().WithMany().HasForeignKey(static x => x.CustomerId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void Hosts(ModelBuilder model)
    {
        model.Entity<Datacenter>().HasIndex(static x => x.Name).IsUnique();
        model.Entity<Server>(server =>
        {
            server.HasIndex(static x => x.Name).IsUnique();
            server.HasIndex(static x => x.Uuid).IsUnique();
            server.HasIndex(static x => x.Address).IsUnique();
            server.HasOne(static x => x.Datacenter).WithMany().HasForeignKey(static x => x.DatacenterId).OnDelete(DeleteBehavior.Restrict);
            server.HasOne<Customer>().WithMany().HasForeignKey(static x => x.OwnerId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<Legion>(legion =>
        {
            legion.HasIndex(static x => x.Name).IsUnique();
            legion.HasIndex(static x => x.Uuid).IsUnique();
            legion.HasOne<Customer>().WithMany().HasForeignKey(static x => x.CustomerId).OnDelete(DeleteBehavior.Restrict);
            legion.HasMany(static x => x.Members).WithOne().HasForeignKey(static x => x.LegionId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<LegionMember>(member =>
        {
            member.HasIndex(static x => new { x.LegionId, x.ServerId }).IsUnique();
            member.HasOne(static x => x.Server).WithMany().HasForeignKey(static x => x.ServerId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<FloatingAddress>(address =>
        {
            address.HasIndex(static x => x.Address).IsUnique();
            address.HasOne<Customer>().WithMany().HasForeignKey(static x => x.CustomerId).OnDelete(DeleteBehavior.Restrict);
            address.HasOne<Legion>().WithMany().HasForeignKey(static x => x.LegionId).OnDelete(DeleteBehavior.Restrict);
            address.HasOne<Server>().WithMany().HasForeignKey(static x => x.ServerId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<CustomService>(service =>
        {
            service.HasIndex(static x => x.Name).IsUnique();
            service.HasOne<Customer>().WithMany().HasForeignKey(static x => x.CustomerId).OnDelete(DeleteBehavior.Restrict);
            service.HasOne<Server>().WithMany().HasForeignKey(static x => x.ServerId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<PrivilegedClient>().HasIndex(static x => x.Name).IsUnique();
        model.Entity<CollectedFile>().HasIndex(static x => x.Filename).IsUnique();
        model.Entity<CollectedValue>(value =>
        {
            value.HasIndex(static x => new { x.ServerId, x.FileId }).IsUnique();
            value.HasOne<Server>().WithMany().HasForeignKey(static x => x.ServerId).OnDelete(DeleteBehavior.Cascade);
            value.HasOne(static x => x.File).WithMany().HasForeignKey(static x => x.FileId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<Distro>(distro =>
        {
            distro.HasIndex(static x => x.Name).IsUnique();
            distro.HasIndex(static x => x.Path).IsUnique();
            distro.HasIndex(static x => x.Uuid).IsUnique();
        });
    }

    private static void Containers(ModelBuilder model)
    {
        model.Entity<Container>(container =>
        {
            container.HasIndex(static x => x.Uuid).IsUnique();
            container.Ignore(static x => x.CanRun);
            container.HasOne(static x => x.Server).WithMany().HasForeignKey(static x => x.ServerId).OnDelete(DeleteBehavior.Restrict);
            container.HasOne(static x => x.Customer).WithMany().HasForeignKey(static x => x.CustomerId).OnDelete(DeleteBehavior.Restrict);
            container.HasOne(static x => x.Distro).WithMany().HasForeignKey(static x => x.DistroId).OnDelete(DeleteBehavior.Restrict);
            container.HasOne(static x => x.CustomDistro).WithMany().HasForeignKey(static x => x.CustomDistroId).OnDelete(DeleteBehavior.Restrict);
            container.HasMany(static x => x.Tags).WithMany().UsingEntity("ContainerTags");
            container.HasMany(static x => x.Links).WithOne(static x => x.Container).HasForeignKey(static x => x.ContainerId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<ContainerLink>(link =>
        {
            link.HasIndex(static x => new { x.ContainerId, x.ToId }).IsUnique();
            link.HasOne(static x => x.To).WithMany().HasForeignKey(static x => x.ToId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<FirewallRule>(rule =>
        {
            rule.HasIndex(static x => x.Uuid).IsUnique();
            rule.HasOne(static x => x.Container).WithMany().HasForeignKey(static x => x.ContainerId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<Portmap>(portmap =>
        {
            portmap.HasIndex(static x => new { x.ServerId, x.Proto, x.PublicPort }).IsUnique();
            portmap.HasIndex(static x => new { x.Proto, x.PrivatePort, x.ContainerId }).IsUnique();
            portmap.HasOne(static x => x.Container).WithMany().HasForeignKey(static x => x.ContainerId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<CustomDistro>(distro =>
        {
            distro.HasIndex(static x => new { x.ContainerId, x.Name }).IsUnique();
            distro.HasIndex(static x => new { x.ContainerId, x.Path }).IsUnique();
            distro.HasIndex(static x => x.Uuid).IsUnique();
            distro.HasOne(static x => x.Container).WithMany().HasForeignKey(static x => x.ContainerId).OnDelete(DeleteBehavior.Cascade);
            distro.HasMany(static x => x.Tags).WithMany().UsingEntity("CustomDistroTags");
        });
        model.Entity<Loopbox>(loopbox =>
        {
            loopbox.HasIndex(static x => new { x.ContainerId, x.Filename }).IsUnique();
            loopbox.HasIndex(static x => new { x.ContainerId, x.Mountpoint }).IsUnique();
            loopbox.HasOne(static x => x.Container).WithMany().HasForeignKey(static x => x.ContainerId).OnDelete(DeleteBehavior.Cascade);
            loopbox.HasMany(static x => x.Tags).WithMany().UsingEntity("LoopboxTags");
        });
        model.Entity<Alarm>(alarm =>
        {
            alarm.HasIndex(static x => new { x.ContainerId, x.Unix, x.Id });
            alarm.HasIndex(static x => new { x.ContainerId, x.HostId }).IsUnique();
            alarm.HasOne(static x => x.Container).WithMany().HasForeignKey(static x => x.ContainerId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}
