using Microsoft.Extensions.Options;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Legacy;
using UwsgiIt.Api.Resources;

namespace UwsgiIt.Api.Hosting;

/// <summary>The whole program around one configuration.</summary>
internal static class ApiHost
{
    public static WebApplication Build(IConfiguration configuration, Action<IServiceCollection>? replace = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddApiOptions(configuration);
        builder.Services.AddApiHosting(configuration);
        builder.Services.AddApiAuthentication();
        builder.Services.AddResources();
        builder.Services.AddVersionOne();
        builder.WebHost.UseApiKestrel();
        replace?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseMiddleware<FaultMiddleware>();
        app.UseRouting();
        app.UseMiddleware<AuthenticationMiddleware>();
        app.MapLegacyApi();
        app.MapVersionOne();
        return app;
    }

    /// <summary>Brings the database up to date, then listens.</summary>
    public static async Task StartAsync(WebApplication app)
    {
        await app.Services.GetRequiredService<Migrator>().RunAsync(CancellationToken.None);
        await app.StartAsync();
        KestrelSetup.SetSocketModes(app.Services.GetRequiredService<IOptions<ListenerOptions>>().Value);
    }
}
