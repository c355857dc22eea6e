using System.CommandLine;

namespace UwsgiIt.Comparison.Planning;

/// <summary><c>bench/plan</c>: calibrates, predicts, and checks its predictions.</summary>
internal static class PlanCommand
{
    private const int UsageError = 64;

    public static Command Create()
    {
        var mixes = new Option<FileInfo[]>("--mix") { Description = "JSON: { \"name\": …, \"requestsPerSecond\": …, \"connections\": …, \"tlsConnections\": …, \"requests\": [{ \"weight\": 1, \"responseBytes\": 13, \"requestBytes\": 0, \"upstream\": \"http|uwsgi|fastCgi\", \"tls\": false, \"connection\": \"kept|new|resumed\", \"key\": \"ecdsa|rsa\", \"protocol\": \"http1|http2|webSocket\" }] }" }.AcceptExistingOnly();
        var cores = new Option<double>("--cores") { Description = "CPU for the router; all of this machine's by default", DefaultValueFactory = static _ => Environment.ProcessorCount };
        var validate = new Option<bool>("--validate") { Description = "measures ten mixes that nothing is fitted to, and says how far the predictions are off" };
        var known = new Option<FileInfo?>("--calibration") { Description = "calibration.json of an earlier run, instead of a new one" };
        var measured = new Option<FileInfo?>("--measured") { Description = "validation.json of an earlier run with --validate, instead of measuring again: what would another model have said?" };
        var quick = new Option<bool>("--quick") { Description = "short rounds, to see that it runs; its figures are worth nothing" };
        var rounds = new Option<int>("--rounds") { Description = "how often everything is measured; the median counts", DefaultValueFactory = static _ => PlanPace.Full.Rounds };
        var output = new Option<DirectoryInfo>("--out") { Description = "folder of calibration.json, validation.json, plan.txt and plan.html", DefaultValueFactory = static _ => new DirectoryInfo("bench-plan") };
        var command = new Command("plan", "Calibrates this host and predicts what the router can do with a traffic mix.") { mixes, cores, validate, known, measured, rounds, quick, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                if (!(parsed.GetValue(cores) > 0))
                {
                    throw new ArgumentException("--cores: a number above 0 is wanted.");
                }

                if (parsed.GetValue(rounds) is < 1 or > 100)
                {
                    throw new ArgumentException("--rounds: 1 to 100 is wanted.");
                }

                var planned = (parsed.GetValue(mixes) ?? []).Select(static file => PlannedMix.Load(file.FullName)).ToArray();
                var calibration = parsed.GetValue(known) is { } file ? Calibration.Load(file.FullName) : null;
                var observed = parsed.GetValue(measured) is { } held ? Validation.Load(held.FullName) : [];
                await RunAsync(planned, calibration, observed, parsed.GetValue(cores), parsed.GetValue(validate) && observed.Count == 0, parsed.GetValue(quick) ? PlanPace.Quick : PlanPace.Full with { Rounds = parsed.GetValue(rounds) }, parsed.GetValue(output)!.FullName, cancellationToken);
                return 0;
            }
            catch (Exception e) when (e is ArgumentException or IOException or InvalidOperationException or System.Text.Json.JsonException)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return e is InvalidOperationException ? 1 : UsageError;
            }
        });
        return command;
    }

    private static async Task RunAsync(IReadOnlyList<PlannedMix> mixes, Calibration? calibration, IReadOnlyList<Observed> observed, double cores, bool validate, PlanPace pace, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        if (calibration is null || validate)
        {
            using var ground = new Ground();
            await ground.ReadyAsync();
            using var router = new PlannedRouter(ground);
            await router.ReadyAsync();
            var gauge = new Gauge(ground, router, pace);
            var held = validate ? new HeldOutRounds() : null;
            if (calibration is null)
            {
                calibration = await Calibration.MeasureAsync(gauge, router, pace, held, Console.WriteLine, cancellationToken);
                MeasurementFile.Write(Path.Combine(folder, "calibration.json"), calibration);
            }
            else if (held is not null)
            {
                await gauge.WarmUpAsync(CalibrationSet.HeldOut, cancellationToken);
                for (var round = 0; round < pace.Rounds; round++)
                {
                    await held.MeasureAsync(gauge, cancellationToken);
                }
            }

            if (held is not null)
            {
                observed = held.Observed;
                MeasurementFile.Write(Path.Combine(folder, "validation.json"), observed);
            }
        }

        var validations = Validation.Of(calibration.Model, observed);
        var predictions = mixes.Select(mix => calibration.Model.Predict(mix, cores)).ToArray();
        var text = PlanReport.Text(calibration, predictions, validations);
        await File.WriteAllTextAsync(Path.Combine(folder, "plan.txt"), text, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "plan.html"), PlanPage.Write(calibration, predictions, validations), cancellationToken);
        Console.WriteLine(text);
        Console.WriteLine($"{folder}/plan.html");
    }
}
