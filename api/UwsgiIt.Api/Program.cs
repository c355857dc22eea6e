using UwsgiIt.Api.Hosting;

var arguments = ApiArguments.Parse(args);
if (StartUp.TryFinishEarly("uwsgiit-api", ApiArguments.Usage, arguments, out var exitCode))
{
    return exitCode;
}

try
{
    var configuration = ApiConfiguration.Build(arguments);
    var faults = ApiConfiguration.Validate(configuration);
    if (arguments.CheckConfig || faults.Count > 0)
    {
        return StartUp.Report(faults);
    }

    await using var app = ApiHost.Build(configuration);
    await ApiHost.StartAsync(app);
    await app.WaitForShutdownAsync();
    return ExitCodes.Ok;
}
catch (Exception e)
{
    // Whatever kept us from starting: one line for the operator, one code for the service manager.
    return StartUp.Fail("uwsgiit-api", e);
}
