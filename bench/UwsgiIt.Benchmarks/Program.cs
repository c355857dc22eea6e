using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(UwsgiIt.Benchmarks.Subscriptions.RegistryBenchmark).Assembly).Run(args);
