using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Control;
using UwsgiIt.Containerd.Diagnostics;
using UwsgiIt.Containerd.Distros;
using UwsgiIt.Containerd.Hosting;

var arguments = ContainerdArguments.Parse(args);
if (StartUp.TryFinishEarly("uwsgiit-containerd", ContainerdArguments.Usage, arguments, out var exitCode))
{
    return exitCode;
}

try
{
    var configuration = ContainerdConfiguration.Build(arguments);
    if (arguments.Own.TryGetValue(ContainerdArguments.PrepareDistro, out var distro))
    {
        DistroPreparation.Prepare(Path.GetFullPath(distro), configuration["Path:ContainersRoot"] ?? new PathOptions().ContainersRoot);
        return 0;
    }

    var faults = ContainerdConfiguration.Validate(configuration);
    if (arguments.CheckConfig || faults.Count > 0)
    {
        return StartUp.Report(faults);
    }

    var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
    builder.Configuration.AddConfiguration(configuration);
    builder.Services.AddSystemd();
    builder.Services.AddLogging(logging => logging.AddConfiguration(configuration.GetSection("Logging")).AddSimpleConsole(static console => console.SingleLine = true));
    builder.Services.AddRoutingCore();
    builder.Services.AddContainerdOptions(configuration);
    builder.Services.AddContainerd();
    builder.WebHost.UseControlKestrel();

    var app = builder.Build();
    app.Services.GetRequiredService<DaemonLock>();
    app.UseMiddleware<RootOnlyMiddleware>();
    app.UseRouting();
    app.MapControl();
    app.MapProbes();
    await app.StartAsync();
    File.SetUnixFileMode(KestrelSetup.SocketPath(app.Services.GetRequiredService<IOptions<PathOptions>>().Value), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    app.Services.GetRequiredService<FeatureLog>().Write();
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception e)
{
    // Whatever kept us from starting: one line for the operator, one code for the service manager.
    return StartUp.Fail("uwsgiit-containerd", e);
}
