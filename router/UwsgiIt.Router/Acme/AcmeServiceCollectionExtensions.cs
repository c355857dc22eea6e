using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace UwsgiIt.Router.Acme;

internal static class AcmeServiceCollectionExtensions
{
    public static IServiceCollection AddAcme(this IServiceCollection services)
    {
        services.AddSingleton<AcmeStore>();
        services.AddSingleton<AcmeChallenges>();
        services.AddSingleton<AcmeNames>();
        services.AddSingleton<AcmeIssuer>();
        services.AddHostedService<AcmeRenewals>();
        return services;
    }

    /// <summary>Answers HTTP-01; before anything that redirects or refuses.</summary>
    public static void UseAcmeHttp(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<AcmeOptions>>().Value is { IsOn: true, Challenge: AcmeChallengeType.Http01 })
        {
            app.UseMiddleware<AcmeHttpMiddleware>();
        }
    }

    /// <summary>Answers TLS-ALPN-01; to be called before TLS is put on the listener.</summary>
    public static void UseAcmeAlpn(this ListenOptions listen, TimeSpan timeout)
    {
        if (listen.ApplicationServices.GetRequiredService<IOptions<AcmeOptions>>().Value is { IsOn: true, Challenge: AcmeChallengeType.TlsAlpn01 })
        {
            listen.Use(next => ActivatorUtilities.CreateInstance<AcmeAlpnMiddleware>(listen.ApplicationServices, next, timeout).OnConnectionAsync);
        }
    }
}
