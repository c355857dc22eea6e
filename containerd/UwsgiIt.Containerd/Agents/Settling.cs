using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Agents;

/// <summary>Waits until containers are what their definitions say, so that a receipt means what it says: limits are in force, what was removed is gone.</summary>
internal sealed class Settling(ContainerRegistry registry, IOptions<PathOptions> paths, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // Longer than a polite stop and a start.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Uids that are not so after a while; empty when all are. A container that fails has settled: its trouble is told as its own.</summary>
    public async Task<IReadOnlyCollection<uint>> WaitAsync(IEnumerable<ContainerDefinition> definitions, CancellationToken cancellationToken)
    {
        var wanted = definitions.Where(definition => !IsOverruled(definition.Uid)).ToDictionary(static definition => definition.Uid);
        var deadline = time.GetUtcNow() + Patience;
        using var timer = new PeriodicTimer(Pause, time);
        while (true)
        {
            foreach (var uid in wanted.Keys.Where(uid => IsSettled(registry.Find(uid), wanted[uid])).ToList())
            {
                wanted.Remove(uid);
            }

            var leaving = registry.All.Where(static container => container.Wanted is null).Select(static container => container.Uid).ToList();
            if (wanted.Count + leaving.Count == 0 || time.GetUtcNow() >= deadline)
            {
                return [.. wanted.Keys, .. leaving];
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private static bool IsSettled(HostedContainer? container, ContainerDefinition definition) =>
        container?.Wanted is { } wanted && DefinitionChanges.AreNone(wanted, definition) && container.Phase switch
        {
            ContainerPhase.Running => container.Running is { } running && DefinitionChanges.AreNone(running.Record.Definition, definition),
            ContainerPhase.Stopped => container.Held || !definition.Enabled,
            ContainerPhase.Failed => true,
            _ => false,
        };

    /// <summary>The operator's own file for a container comes before the agent's.</summary>
    private bool IsOverruled(uint uid) => paths.Value.AllDefinitionDirectories.TakeWhile(directory => directory != paths.Value.StateDirectory + "/containers").Any(directory => File.Exists($"{directory}/{uid}.json"));
}
