using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Agents;

/// <summary>Follows the provisioning api: which keys verify which names, which certificates they are served with. Without the api the router goes on with what it has.</summary>
internal sealed partial class Dominator(IOptions<AgentOptions> options, TimeProvider time, ILogger<Dominator> logger) : BackgroundService
{
    private readonly AgentFiles _files = new(options.Value);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = options.Value;
        if (settings.Api is null)
        {
            return Task.CompletedTask;
        }

        var client = settings.Connection;
        var follower = new HostFollower<HostState>(() => new HostClient(client), "router", static (client, etag, cancellationToken) => client.GetRouterAsync(etag, cancellationToken), ApplyAsync, e => Log.Away(logger, e.Message), time);
        return follower.RunAsync(stoppingToken);
    }

    private Task<bool> ApplyAsync(HostState state, CancellationToken cancellationToken)
    {
        if (_files.Apply(state) is not var (written, removed))
        {
            Log.Refused(logger, state.Version);
            return Task.FromResult(false);
        }

        if (written + removed > 0)
        {
            Log.Applied(logger, state.Version, written, removed);
        }

        return Task.FromResult(true);
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.AgentApplied, LogLevel.Information, "Version {Version} of the api is live: {Written} file(s) written, {Removed} removed.")]
        public static partial void Applied(ILogger logger, long version, int written, int removed);

        [LoggerMessage(RouterEventIds.AgentRefused, LogLevel.Warning, "Version {Version} of the api would remove most names; nothing is changed. Confirm it with uwsgiit if it is meant.")]
        public static partial void Refused(ILogger logger, long version);

        [LoggerMessage(RouterEventIds.AgentAway, LogLevel.Warning, "The api is away, what was applied stays: {Problem}")]
        public static partial void Away(ILogger logger, string problem);
    }
}
