using Microsoft.Extensions.Options;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Agents;

internal static class AgentsServiceCollectionExtensions
{
    /// <summary>The dominator, and its folders among those that keys and certificates are looked for in.</summary>
    public static IServiceCollection AddAgents(this IServiceCollection services)
    {
        services.AddOptions<SubscriptionOptions>().PostConfigure<IOptions<AgentOptions>>(static (subscription, agent) =>
        {
            if (agent.Value.Api is not null && !subscription.KeyDirectories.Contains(agent.Value.Domains))
            {
                subscription.KeyDirectories.Add(agent.Value.Domains);
            }
        });
        services.AddOptions<CertificateOptions>().PostConfigure<IOptions<AgentOptions>>(static (certificate, agent) =>
        {
            if (agent.Value.Api is not null)
            {
                certificate.Directory ??= agent.Value.Certificates;
            }
        });
        services.AddHostedService<Dominator>();
        services.AddHostedService<NameCollector>();
        services.AddHostedService<CertificateKeeper>();
        return services;
    }
}
