using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Storage;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Api.Containers;

/// <summary>What a server has left. Looked at inside the write transaction, which no other writer runs beside: it is never given away twice.</summary>
internal static class Capacity
{
    /// <summary>Reasons as the original words them; clients look for the text.</summary>
    public const string NotEnoughMemory = "not enough memory";

    public const string NotEnoughStorage = "not enough storage";

    /// <summary>Least memory of a container, in MB: no host takes less.</summary>
    public const int MinMemory = (int)(ContainerLimits.MinMemory / 1_048_576);

    public static async Task<(long Memory, long Storage)> FreeAsync(ApiContext db, int serverId, int exceptContainerId, CancellationToken cancellationToken)
    {
        var server = await db.Servers.Where(server => server.Id == serverId).Select(static server => new { server.Memory, server.Storage }).SingleAsync(cancellationToken);
        var used = await db.Containers.IgnoreQueryFilters().Where(container => container.ServerId == serverId && container.Id != exceptContainerId)
            .GroupBy(static container => container.ServerId).Select(static group => new { Memory = group.Sum(static container => (long)container.Memory), Storage = group.Sum(static container => (long)container.Storage) }).FirstOrDefaultAsync(cancellationToken);
        return (server.Memory - (used?.Memory ?? 0), server.Storage - (used?.Storage ?? 0));
    }

    public static async Task CheckAsync(ApiContext db, int serverId, int exceptContainerId, long memory, long storage, CancellationToken cancellationToken)
    {
        var (freeMemory, freeStorage) = await FreeAsync(db, serverId, exceptContainerId, cancellationToken);
        if (memory < MinMemory || memory > freeMemory)
        {
            throw Fault.Conflict(NotEnoughMemory);
        }

        if (storage <= 0 || storage > freeStorage)
        {
            throw Fault.Conflict(NotEnoughStorage);
        }
    }
}
