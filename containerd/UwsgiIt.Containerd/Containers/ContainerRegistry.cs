using System.Collections.Concurrent;
using UwsgiIt.Containerd.Contracts;

namespace UwsgiIt.Containerd.Containers;

/// <summary>The live set of containers. Definitions come in whole; each container's own task does the rest.</summary>
internal sealed class ContainerRegistry(ContainerActions actions, EventLog events, TimeProvider time, ILoggerFactory loggers)
{
    private readonly ConcurrentDictionary<uint, HostedContainer> _containers = new();
    private readonly ConcurrentDictionary<uint, Task> _tasks = new();
    private CancellationToken _stopping;
    private bool _started;

    /// <summary>Raised after containers came, went, or shall be otherwise; handlers only take note.</summary>
    public event Action? Changed;

    public IEnumerable<HostedContainer> All => _containers.Values.OrderBy(static container => container.Uid);

    public HostedContainer? Find(uint uid) => _containers.GetValueOrDefault(uid);

    /// <summary>Takes over what an earlier daemon started; before <see cref="Start"/>.</summary>
    public void Adopt(RunningContainer running)
    {
        var container = Make(running.Record.Uid);
        container.Adopt(running);
        container.Want(running.Record.Definition);
        _containers[running.Record.Uid] = container;
        Changed?.Invoke();
    }

    /// <summary>Containers begin to act.</summary>
    public void Start(CancellationToken stopping)
    {
        _stopping = stopping;
        _started = true;
        foreach (var container in _containers.Values)
        {
            Begin(container);
        }
    }

    /// <summary>These and no others shall be.</summary>
    public void Want(IReadOnlyDictionary<uint, ContainerDefinition> definitions)
    {
        var isChanged = false;
        foreach (var container in _containers.Values.Where(container => container.Wanted is not null && !definitions.ContainsKey(container.Uid)))
        {
            container.Want(null);
            isChanged = true;
        }

        foreach (var definition in definitions.Values)
        {
            var container = _containers.GetValueOrDefault(definition.Uid);
            if (container is null)
            {
                isChanged = true;
                container = Make(definition.Uid);
                container.Want(definition);
                _containers[definition.Uid] = container;
                if (_started)
                {
                    Begin(container);
                }
            }
            else if (container.Wanted is not { } wanted || !DefinitionChanges.AreNone(wanted, definition))
            {
                isChanged = true;
                container.Want(definition);
            }
        }

        if (isChanged)
        {
            Changed?.Invoke();
        }
    }

    /// <summary>Waits until every container's task has ended; the containers live on.</summary>
    public Task WhenStoppedAsync() => Task.WhenAll(_tasks.Values);

    private HostedContainer Make(uint uid) => new(uid, actions, events, time, loggers.CreateLogger<HostedContainer>());

    private void Begin(HostedContainer container) => _tasks[container.Uid] = RunAsync(container);

    private async Task RunAsync(HostedContainer container)
    {
        await container.RunAsync(_stopping);
        if (!_stopping.IsCancellationRequested)
        {
            _containers.TryRemove(new KeyValuePair<uint, HostedContainer>(container.Uid, container));

            // It may have been wanted again between its last look and its removal.
            if (container.Wanted is { } again && !_containers.ContainsKey(container.Uid))
            {
                var next = Make(container.Uid);
                next.Want(again);
                if (_containers.TryAdd(container.Uid, next))
                {
                    Begin(next);
                    return;
                }
            }

            _tasks.TryRemove(container.Uid, out _);
        }
    }
}
