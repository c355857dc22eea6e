using Microsoft.Extensions.Options;
using UwsgiIt.Tuntap.Control;
using UwsgiIt.Tuntap.Diagnostics;
using UwsgiIt.Tuntap.Hosting;
using UwsgiIt.Tuntap.Routing;

var arguments = TuntapArguments.Parse(args);
if (StartUp.TryFinishEarly(arguments, out var exitCode))
{
    return exitCode;
}

try
{
    var configuration = TuntapConfiguration.Build(arguments);
    var faults = TuntapConfiguration.Validate(configuration);
    if (arguments.CheckConfig || faults.Count > 0)
    {
        return StartUp.Report(faults);
    }

    var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
    builder.Services.AddTuntap(configuration);
    builder.WebHost.UseKestrelCore();
    builder.Services.AddOptions<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>().Configure<IOptions<AdminOptions>>(static (kestrel, admin) => KestrelSetup.Apply(kestrel, admin.Value));

    await using var app = builder.Build();
    app.UseRouting();
    app.MapNetwork();

    // Sockets while we may, then the rights go, then the daemon may come.
    app.Services.GetRequiredService<ControlListener>();
    await app.StartAsync();
    app.Services.GetRequiredService<RightsDropper>().Drop();
    app.Services.GetRequiredService<TuntapRouter>().Start();
    app.Services.GetRequiredService<ControlServer>().Start();
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception e)
{
    // Whatever kept us from starting: one line for the operator, one code for the service manager.
    return StartUp.Fail(e);
}
