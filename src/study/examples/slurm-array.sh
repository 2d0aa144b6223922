#!/usr/bin/env bash
# One point of a sweep per task of a Slurm array; how many tasks there are is told to sbatch:
#   sbatch --array=0-20 slurm-array.sh my.json out && lvs-sim merge out
# Slurm runs a copy of this file in the folder in which it was submitted.
#SBATCH --job-name=lvs-sim
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --requeue
set -euo pipefail

exec lvs-sim sweep "$1" --point "$SLURM_ARRAY_TASK_ID" -j "${SLURM_CPUS_PER_TASK:-1}" -o "$2"
