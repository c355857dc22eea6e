using Microsoft.Extensions.Options;
using UwsgiIt.Router.Acme;
using UwsgiIt.Router.Agents;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Edge;
using UwsgiIt.Router.Forwarding;
using UwsgiIt.Router.Hosting;
using UwsgiIt.Router.Routing;
using UwsgiIt.Router.Sessions;
using UwsgiIt.Router.Subscriptions;
using UwsgiIt.Router.Tls;
using UwsgiIt.Router.Transport;

var arguments = RouterArguments.Parse(args);
if (StartUp.TryFinishEarly("uwsgiit-router", RouterArguments.Usage, arguments, out var exitCode))
{
    return exitCode;
}

try
{
    var configuration = RouterConfiguration.Build(arguments);
    var faults = RouterConfiguration.Validate(configuration);
    if (arguments.CheckConfig || faults.Count > 0)
    {
        return StartUp.Report(faults);
    }

    var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
    builder.Services.AddSingleton(arguments);
    builder.Services.AddSingleton(configuration);
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddRouterOptions(configuration);
    builder.Services.AddRouterHosting(configuration);
    builder.Services.AddAgents();
    builder.Services.AddCertificates();
    builder.Services.AddAcme();
    builder.Services.AddEdge();
    builder.Services.AddTls(configuration);
    builder.Services.AddForwarding();
    builder.Services.AddSubscriptions();
    builder.Services.AddSubscribedHosts();
    builder.Services.AddSessions();
    builder.Services.AddStaticRoutes(configuration);
    builder.Services.AddDiagnostics();
    builder.WebHost.UseRouterKestrel();
    builder.Services.AddTransport(configuration);

    var app = builder.Build();
    if (app.Services.GetRequiredService<IOptions<AccessLogOptions>>().Value.Path is not null)
    {
        app.UseMiddleware<AccessLogMiddleware>();
    }

    app.UseAcmeHttp();
    app.UseMiddleware<ClientCertificateMiddleware>();
    app.UseMiddleware<EdgeMiddleware>();
    var policies = app.Services.GetRequiredService<NamePolicies>();
    app.UseWhen(context => policies.Of(context).Compress && context.Request.Headers.Upgrade.Count == 0, static branch => branch.UseResponseCompression());
    app.UseRouting();
    app.UseMiddleware<SubscribedHostMiddleware>();

    // From here on only static routes come by. The host would put the second before everything.
    app.UseMiddleware<ActiveRequestsMiddleware>();
    app.UseAuthorization();
    app.MapReverseProxy();
    await app.RunAsync();
    return ExitCodes.Ok;
}
catch (Exception e)
{
    // Whatever kept us from starting: one line for the operator, one code for the service manager.
    return StartUp.Fail("uwsgiit-router", e);
}
