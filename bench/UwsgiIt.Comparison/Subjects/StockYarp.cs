using UwsgiIt.Comparison.Scenarios;

namespace UwsgiIt.Comparison.Subjects;

/// <summary>YARP as its documentation has it.</summary>
internal sealed class StockYarp : Subject
{
    private static readonly string Program = Ground.Binary("UwsgiIt.StockYarp", "UwsgiIt.StockYarp.dll");

    public override string Name => "yarp";

    public override bool IsNative => false;

    public override string? Version => System.Diagnostics.FileVersionInfo.GetVersionInfo(Path.Combine(Path.GetDirectoryName(Program)!, "Yarp.ReverseProxy.dll")).ProductVersion is { } version ? "YARP " + version : null;

    public override bool Can(Scenario scenario) => scenario.Upstream == Upstream.Http && scenario is RateScenario or IdleScenario;

    public override ProcessTree Start(Ground ground, Scenario scenario, int port)
    {
        var endpoint = "--Kestrel:Endpoints:In:";
        string[] tls = scenario.Tls ? [$"{endpoint}Certificate:Path={ground.File(scenario.Certificate + ".crt")}", $"{endpoint}Certificate:KeyPath={ground.File(scenario.Certificate + ".key")}"] : [];
        return new ProcessTree(Log(ground), "dotnet",
        [
            Program, $"{endpoint}Url={(scenario.Tls ? "https" : "http")}://127.0.0.1:{port}", .. tls,
            "--ReverseProxy:Routes:all:ClusterId=app", "--ReverseProxy:Routes:all:Match:Path={**rest}", $"--ReverseProxy:Clusters:app:Destinations:one:Address=http://{ground.HttpBackend}/",
        ]);
    }
}
