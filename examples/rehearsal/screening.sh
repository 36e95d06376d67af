#!/bin/sh
# Fills in the forms of a screening visit, for a woman who does not exist and who passes every criterion of BEAM.
# Use: sh examples/rehearsal/screening.sh ARCHIVE PARTICIPANT

trialwright act "$1" record_form --site nanjing --as coordinator_a --at 2026-05-28T09:11+08:00 \
    participant="$2" visit=screening form=demography \
    item.person.ethnic_group=han

trialwright act "$1" record_form --site nanjing --as coordinator_a --at 2026-05-28T09:12+08:00 \
    participant="$2" visit=screening form=vital_signs \
    'item.body.weight=60 kg' 'item.body.height=165 cm' 'item.circulation.systolic=128 mm[Hg]' \
    'item.circulation.diastolic=82 mm[Hg]' 'item.circulation.temperature=36.6 Cel'

trialwright act "$1" record_form --site nanjing --as coordinator_a --at 2026-05-28T09:13+08:00 \
    participant="$2" visit=screening form=medical_history \
    'item.history[1].condition=sle' 'item.history[1].occurred=false' \
    'item.history[2].condition=lupus_nephritis' 'item.history[2].occurred=true' \
    'item.history[3].condition=dialysis' 'item.history[3].occurred=false' \
    'item.history[4].condition=kidney_transplant' 'item.history[4].occurred=false' \
    'item.history[5].condition=plasma_exchange' 'item.history[5].occurred=false' \
    'item.history[6].condition=double_filtration_plasmapheresis' 'item.history[6].occurred=false' \
    'item.history[7].condition=active_infection' 'item.history[7].occurred=false' \
    'item.history[8].condition=hepatitis_b' 'item.history[8].occurred=false' \
    'item.history[9].condition=hepatitis_c' 'item.history[9].occurred=false' \
    'item.history[10].condition=tuberculosis' 'item.history[10].occurred=false' \
    'item.history[11].condition=cmv_pneumonia' 'item.history[11].occurred=false' \
    'item.history[12].condition=invasive_fungal_infection' 'item.history[12].occurred=false' \
    'item.history[13].condition=syphilis' 'item.history[13].occurred=false' 'item.history[14].condition=hiv' \
    'item.history[14].occurred=false' 'item.history[15].condition=peptic_ulcer' \
    'item.history[15].occurred=false' 'item.history[16].condition=drug_abuse' \
    'item.history[16].occurred=false' 'item.history[17].condition=alcohol_abuse' \
    'item.history[17].occurred=false' 'item.history[18].condition=severe_cardiovascular_disease' \
    'item.history[18].occurred=false' 'item.history[19].condition=copd' 'item.history[19].occurred=false' \
    'item.history[20].condition=asthma' 'item.history[20].occurred=false' \
    'item.history[21].condition=malignant_hypertension' 'item.history[21].occurred=false' \
    'item.medication[1].medicine=mycophenolate' 'item.medication[1].taken=false' \
    'item.medication[2].medicine=cyclophosphamide' 'item.medication[2].taken=false' \
    'item.medication[3].medicine=tacrolimus' 'item.medication[3].taken=false' \
    'item.medication[4].medicine=ciclosporin' 'item.medication[4].taken=false' \
    'item.medication[5].medicine=leflunomide' 'item.medication[5].taken=false' \
    'item.medication[6].medicine=ivig' 'item.medication[6].taken=false' \
    'item.medication[7].medicine=prednisone_oral' 'item.medication[7].taken=true' \
    'item.medication[8].medicine=antibiotic_iv' 'item.medication[8].taken=false' \
    'item.allergies[1].substance=mycophenolate' 'item.allergies[1].known=false' \
    'item.allergies[2].substance=tacrolimus' 'item.allergies[2].known=false' \
    'item.allergies[3].substance=belimumab' 'item.allergies[3].known=false' 'item.history[2].start=2025-11-10' \
    'item.history[2].ongoing=true' 'item.medication[7].daily_dose=35 mg/d' \
    'item.medication[7].start=2026-05-26' 'item.medication[7].ongoing=true'

trialwright act "$1" record_form --site nanjing --as coordinator_a --at 2026-05-28T09:14+08:00 \
    participant="$2" visit=screening form=acr_items \
    item.items.malar_rash=true item.items.discoid_rash=false item.items.photosensitivity=false \
    item.items.oral_ulcers=true item.items.arthritis=false item.items.serositis=false item.items.renal=true \
    item.items.neurologic=false item.items.haematologic=false item.items.immunologic=true item.items.ana=true

trialwright act "$1" record_form --site nanjing --as coordinator_a --at 2026-05-28T09:15+08:00 \
    participant="$2" visit=screening form=biopsy \
    item.report.biopsied_on=2026-04-20 item.report.light_microscopy=true item.report.immunofluorescence=true \
    item.report.electron_microscopy=true item.report.glomeruli=22 item.report.biopsy_class=IV \
    'item.report.activity_index=9 {score}' 'item.report.chronicity_index=1 {score}' item.report.tma=false

trialwright act "$1" record_form --site nanjing --as coordinator_a --at 2026-05-28T09:16+08:00 \
    participant="$2" visit=screening form=urine \
    item.collection.ended_on=2026-05-28 'item.collection.protein=2.8 g/(24.h)' \
    'item.collection.volume=1800 mL/(24.h)' 'item.collection.creatinine=1.05 g/(24.h)' \
    item.sediment.sampled_on=2026-05-28 'item.sediment.rbc=180 /uL' 'item.sediment.wbc=3 /[HPF]' \
    'item.sediment.rbc_casts=1 /[LPF]'

trialwright act "$1" record_form --site nanjing --as coordinator_a --at 2026-05-28T09:17+08:00 \
    participant="$2" visit=screening form=chemistry \
    item.serum.sampled_on=2026-05-28 'item.serum.creatinine=80 umol/L' 'item.serum.albumin=26 g/L' \
    'item.serum.alt=24 U/L' 'item.serum.ast=22 U/L' 'item.serum.bilirubin=10 umol/L' \
    'item.serum.glucose=5.1 mmol/L' 'item.serum.potassium=4.2 mmol/L'

trialwright act "$1" record_form --site nanjing --as coordinator_a --at 2026-05-28T09:18+08:00 \
    participant="$2" visit=screening form=haematology \
    item.blood.sampled_on=2026-05-28 'item.blood.wbc=6.4 10*9/L' 'item.blood.neutrophils=4.1 10*9/L' \
    'item.blood.lymphocytes=1.6 10*9/L' 'item.blood.haemoglobin=108 g/L' 'item.blood.platelets=210 10*9/L'

trialwright act "$1" record_form --site nanjing --as coordinator_a --at 2026-05-28T09:19+08:00 \
    participant="$2" visit=screening form=immunology \
    item.serum.sampled_on=2026-05-28 'item.serum.c3=0.45 g/L' 'item.serum.c4=0.08 g/L' \
    'item.serum.anti_dsdna=220 [IU]/mL'

trialwright act "$1" record_form --site nanjing --as coordinator_a --at 2026-05-28T09:20+08:00 \
    participant="$2" visit=screening form=sledai \
    item.items.seizure=false item.items.psychosis=false item.items.organic_brain_syndrome=false \
    item.items.visual_disturbance=false item.items.cranial_nerve=false item.items.lupus_headache=false \
    item.items.cva=false item.items.vasculitis=false item.items.arthritis=false item.items.myositis=false \
    item.items.urinary_casts=true item.items.haematuria=true item.items.proteinuria=true \
    item.items.pyuria=false item.items.rash=false item.items.alopecia=false item.items.mucosal_ulcers=false \
    item.items.pleurisy=false item.items.pericarditis=false item.items.low_complement=true \
    item.items.increased_dna_binding=true item.items.fever=false item.items.thrombocytopenia=false \
    item.items.leukopenia=false

trialwright act "$1" record_form --site nanjing --as coordinator_a --at 2026-05-28T09:21+08:00 \
    participant="$2" visit=screening form=pregnancy_test \
    item.test.tested_on=2026-05-28 item.test.sample=serum item.test.positive=false

trialwright act "$1" record_form --site nanjing --as coordinator_a --at 2026-05-28T09:22+08:00 \
    participant="$2" visit=screening form=reproduction \
    item.questions.wishes_pregnancy=false item.questions.refuses_contraception=false \
    'item.questions.contraception=copper device' item.questions.breastfeeding=false

trialwright act "$1" record_form --site nanjing --as coordinator_a --at 2026-05-28T09:23+08:00 \
    participant="$2" visit=screening form=pulse \
    item.given.pulse_given=true 'item.days[1].day=2026-05-23' 'item.days[1].dose=500 mg/d' \
    'item.days[2].day=2026-05-24' 'item.days[2].dose=500 mg/d' 'item.days[3].day=2026-05-25' \
    'item.days[3].dose=0.5 g/d'

trialwright act "$1" record_form --site nanjing --as coordinator_a --at 2026-05-28T09:24+08:00 \
    participant="$2" visit=screening form=screening_questions \
    item.admission.admitted=true item.admission.admitted_on=2026-05-21 item.judgement.unsuitable=false
